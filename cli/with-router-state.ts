import { writeWhole } from "../evals/data/outcomes/write-whole.ts";
import { InvalidOptionError, type Router } from "../src/contracts/index.ts";
import { readRouterState } from "./read-router-state.ts";
import { toJson } from "./to-json.ts";
import { withRouter } from "./with-router.ts";

/**
 * Works with the router of a config: on its shared store, or on the file of `--state`, which `keep` writes. Throws
 * `InvalidOptionError` unless it is clear where `parts` are: work on a router that no other process uses would be lost.
 */
export async function withRouterState(
  { config, state }: { readonly config?: string | undefined; readonly state?: string | undefined },
  parts: string,
  work: (router: Router, keep: () => Promise<void>) => Promise<void>,
): Promise<void> {
  if (config === undefined)
    throw new InvalidOptionError("--config", undefined, "a file whose default export is the router");
  await withRouter(config, async (router) => {
    if (router.shared === undefined && state === undefined)
      throw new InvalidOptionError(
        "--state",
        undefined,
        `given: this router has no shared store, so its ${parts} are in its own process; name the file of router.exportState()`,
      );
    if (router.shared !== undefined && state !== undefined)
      throw new InvalidOptionError(
        "--state",
        state,
        `absent: the ${parts} of this router are in its shared store`,
      );
    if (state !== undefined) router.restoreState(await readRouterState(state));
    await work(router, async () => {
      if (state !== undefined) await writeWhole(state, `${toJson(router.exportState(), 2)}\n`);
    });
  });
}
