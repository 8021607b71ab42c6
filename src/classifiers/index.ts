/** Classifiers: how hard a request is. */
export { type ComplexityOptions, complexity } from "./complexity.ts";
export { length } from "./length.ts";
