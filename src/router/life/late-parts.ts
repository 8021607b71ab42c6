import { type LoadedOnUse, loadedOnUse } from "../../plugin/loaded-on-use.ts";

/** Parts of a request from its decision on. They are at hand once `LifeCycle.decide` has settled. */
export const requestParts: LoadedOnUse<typeof import("./request-parts.ts")> = loadedOnUse(
  () => import("./request-parts.ts"),
);
