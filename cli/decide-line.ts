import { type Decision, isRouterError, type Router, type RouterErrorCode } from "../src/contracts/index.ts";
import { atLine, type RequestLine } from "./read-requests.ts";

/** Errors that a valid request may cause. */
const refusals: readonly RouterErrorCode[] = [
  "no-eligible-model",
  "budget-exceeded",
  "unpriced-models",
  "policy",
];

/** Returns the decision, or the error that prevented it; throws if the line itself is invalid. */
export async function decideLine(
  router: Router,
  { request, line }: RequestLine,
  source: string,
  draw?: number,
): Promise<Decision | Error> {
  try {
    return await router.decide(request, { draw });
  } catch (error) {
    if (isRouterError(error) && refusals.includes(error.code)) return error;
    throw atLine(error, source, line);
  }
}
