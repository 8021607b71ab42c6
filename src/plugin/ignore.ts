/** Does nothing: for a rejection that someone else receives, and a function that is needed and has nothing to do. */
export function ignore(): undefined {}
