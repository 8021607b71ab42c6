import type { ExecutionContext, Pass } from "./context.ts";

/** A call's place within the router's limits, where it gets one at once; else why not. */
export function enterNow(context: ExecutionContext, model: string): Pass | undefined | string {
  const pass = context.admission?.enter(model, 0);
  if (pass === undefined || typeof pass === "string") return pass;
  const place = pass.queue(ignore);
  if (place === true) {
    pass.begin();
    return pass;
  }
  pass.end();
  return place === false ? "all its places are taken" : place;
}

function ignore(): void {}
