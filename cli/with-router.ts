import type { Router } from "../src/contracts/index.ts";
import { loadRouter } from "./load-router.ts";

/**
 * Does some work with the router of a config file, and closes it. Throws what `loadRouter` and the work
 * throw.
 */
export async function withRouter<T>(
  config: string,
  work: (router: Router) => T | Promise<T>,
  option?: string,
): Promise<T> {
  const router = await loadRouter(config, option);
  try {
    return await work(router);
  } finally {
    await router.close();
  }
}
