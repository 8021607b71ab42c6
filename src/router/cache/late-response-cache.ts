import type { ResponseCache } from "../../contracts/ports/index.ts";

/** Makes a response cache when a request first asks for it: what it needs is loaded with the parts of one, and not with the package. */
export function lateResponseCache(make: () => ResponseCache): ResponseCache {
  let made: ResponseCache | undefined;
  const get = (): ResponseCache => {
    made ??= make();
    return made;
  };
  return {
    keyOf: (request) => get().keyOf(request),
    get: (key) => get().get(key),
    put: (key, answer) => get().put(key, answer),
    clear: () => made?.clear(),
  };
}
