import type { ExecutionContext, Pass } from "./context.ts";

/** A call's place within the router's limits, where it gets one at once; else why not. */
export function enterNow(context: ExecutionContext, model: string): Pass | undefined | string {
  const pass = context.admission?.enter(model, 0);
  if (pass === undefined || typeof pass === "string") return pass;
  const place = pass.queue(ignore);
  if (place === true && pass.begin() === 0) return pass;
  pass.end();
  return typeof place === "string" ? place : "it has no room at once";
}

function ignore(): void {}
