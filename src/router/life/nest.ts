import { RouterError } from "../../contracts/index.ts";

/** Depth of requests on the stack: functions of a user may send requests of their own. */
let depth = 0;
const deepest = 16;

/**
 * Does the part of a request that runs at once. Throws `RouterError` where requests are sent within each
 * other without end, which would fill the stack and leave all of them half done.
 */
export function nest<T>(work: () => T): T {
  if (depth >= deepest) {
    const problem = `${deepest} requests are under way within each other: a policy, constraint, classifier or listener that sends requests must not be asked about them`;
    throw new RouterError("invalid-request", problem);
  }
  depth += 1;
  try {
    return work();
  } finally {
    depth -= 1;
  }
}
