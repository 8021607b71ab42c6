import { InvalidOptionError, isRouterError, OutcomeFormatError, type Router } from "../contracts/index.ts";
import { type OptionTable, readOptions } from "../plugin/index.ts";
import { type GoldenRequest, type NamedRequest, readGoldenRequests } from "./golden-requests.ts";
import {
  compareRoutes,
  type GoldenRoute,
  parseSnapshot,
  readIfThere,
  writeWhole,
} from "./golden-snapshot.ts";

export interface GoldenRoutesSetup<Id extends string> {
  /** A new router: the state of a used one may change its decisions. No model is called. */
  readonly router: Router<Id>;
  /** A JSON Lines file, each line a prompt in quotes or a `GoldenRequest`; or an array of these. */
  readonly requests: string | readonly (string | GoldenRequest<NoInfer<Id>>)[];
  /** JSON Lines file of the expected decisions, to be kept next to the test. */
  readonly snapshot: string;
  /**
   * True to write the snapshot instead of comparing with it. Default: true if `SWITCHPOINT_UPDATE` is `1`.
   */
  readonly update?: boolean | undefined;
}

export const goldenRoutesOptions: OptionTable<GoldenRoutesSetup<string>, "update"> = {
  router: { is: "object", methods: ["decide"] },
  requests: { is: "any", expected: "a file or an array of requests" },
  snapshot: { is: "text" },
  update: { is: "boolean", optional: true },
};

export interface GoldenRoutesResult {
  readonly routes: readonly GoldenRoute[];
  /** Ids of requests that were decided by a lottery. */
  readonly drawn: readonly string[];
  /** True if the snapshot was written. */
  readonly written: boolean;
}

/** Draw that decides all lotteries. */
const draw = 0.5;
/**
 * Compares the decisions about a file of prompts with a snapshot, in any test runner:
 *
 *     test("routes", () => goldenRoutes({ router, requests: "prompts.jsonl", snapshot: "routes.jsonl" }));
 *
 * Rejects with an `AssertionError` that lists the differences; with `InvalidOptionError` if there is no
 * snapshot yet; with `OutcomeFormatError`, which names file, line and field, if a file is invalid. The
 * snapshot contains no text of the prompts.
 */
export async function goldenRoutes<Id extends string>(
  setup: GoldenRoutesSetup<Id>,
): Promise<GoldenRoutesResult> {
  const {
    router,
    requests,
    snapshot,
    update = process.env["SWITCHPOINT_UPDATE"] === "1",
  } = readOptions("goldenRoutes", goldenRoutesOptions, setup);
  const routes: GoldenRoute[] = [];
  for (const request of await readGoldenRequests(requests)) routes.push(await routeOf(router, request));
  const drawn = routes.filter(({ propensity }) => propensity !== undefined).map(({ id }) => id);
  const text = routes.map((route) => `${JSON.stringify(route)}\n`).join("");
  const earlier = await readIfThere(snapshot);
  if (update) {
    if (earlier !== text) await writeWhole(snapshot, text);
    return { routes, drawn, written: earlier !== text };
  }
  if (earlier === undefined)
    throw new InvalidOptionError(
      "goldenRoutes.snapshot",
      snapshot,
      "an existing file: write it with SWITCHPOINT_UPDATE=1 or update: true",
    );
  compareRoutes(routes, parseSnapshot(snapshot, earlier), snapshot);
  return { routes, drawn, written: false };
}

async function routeOf<Id extends string>(
  router: Router<Id>,
  { id, request, place }: NamedRequest<Id>,
): Promise<GoldenRoute> {
  try {
    const { model, plan, reason, candidates, propensity } = await router.decide(request, { draw });
    const permitted = candidates.filter((one) => one.permitted === true).map((one) => one.model);
    return { id, model, plan, reason, permitted, ...(propensity < 1 && { propensity }) };
  } catch (error) {
    if (!isRouterError(error)) throw error;
    if (!isRouterError(error, "invalid-request")) return { id, error: error.code };
    const problem = error.message.replace(`request.${error.field} `, "");
    throw new OutcomeFormatError(place.file, place.line, error.field, problem);
  }
}
