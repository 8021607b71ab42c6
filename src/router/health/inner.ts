/** For the project's other wings: no promise to users. */

export { cachedTokensOf } from "./sessions.ts";
