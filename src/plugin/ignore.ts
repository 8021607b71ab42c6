/** Does nothing: for a rejection that someone else hears of, and a function that is needed and has nothing to do. */
export function ignore(): undefined {}
