import type { Router } from "../../../contracts/index.ts";
import type { ServeOptions } from "./serve-options.ts";
import type { RunningServer } from "./start-server.ts";

/**
 * Serves a router by Node's HTTP server, which is loaded now: the door is also imported where there is none. What the first
 * request would load is loaded before it listens. Rejects with `InvalidOptionError`, or the system's error if it cannot
 * listen.
 */
export async function serve<Id extends string>(
  router: Router<Id>,
  options: ServeOptions<Id> = {},
): Promise<RunningServer> {
  const { startServer } = await import("./start-server.ts");
  return startServer(router as unknown as Router, options as ServeOptions);
}
