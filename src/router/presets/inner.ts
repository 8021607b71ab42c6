/** For the project's other wings: no promise to users. */

export { environmentProviders, hasKey } from "./named-models.ts";
