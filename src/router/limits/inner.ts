/** For the project's other wings: no promise to users. */

export { begin, correct, createTokenBucket, reserve, type TokenBucket, waitMs } from "./token-bucket.ts";
