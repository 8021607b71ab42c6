import { type Decision, isRouterError, type Router, type RouterErrorCode } from "../src/contracts/index.ts";
import { atLine, type RequestLine } from "./read-requests.ts";

/** What may befall a request that is itself as it should be. */
const refusals: readonly RouterErrorCode[] = ["no-eligible-model", "budget-exceeded", "policy"];

/** The decision, or why there is none; throws where the line itself is wrong. */
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
