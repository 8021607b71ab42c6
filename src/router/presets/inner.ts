/** For the project's other wings: no promise to users. */

export { environmentModels } from "./environment-models.ts";
export { environmentProviders, hasKey } from "./named-models.ts";
