/** For the project's other wings: no promise to users. */

export { withOwnCalls } from "./load/own-calls.ts";
