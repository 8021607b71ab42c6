import type { RecordedError } from "../contracts/index.ts";

/** True for the recorded error of a failure. A caller that has left is not one. */
export function hasFailed(error: Pick<RecordedError, "code"> | undefined): boolean {
  return error !== undefined && error.code !== "aborted";
}
