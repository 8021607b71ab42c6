/** For the project's other wings: no promise to users. */

export { resolveFleetOptions } from "./fleet-options.ts";
export { storeKey } from "./records/store-key.ts";
export { StoreLink } from "./records/store-link.ts";
