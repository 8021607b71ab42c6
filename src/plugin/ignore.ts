/** Does nothing: for a rejection that is reported elsewhere, and where a function must be given that has nothing to do. */
export function ignore(): undefined {}
