/** For the project's other wings: no promise to users. */

export { callSignal } from "./call-signal.ts";
export { requestIdOf, retryAfterMs } from "./http-failure.ts";
export { incomplete } from "./incomplete.ts";
export { saidIn } from "./openai-errors.ts";
export { readError } from "./openai-fetch.ts";
export { writtenBy } from "./provenance.ts";
export { factsOf, modelOptions, readProviderOptions } from "./provider-options.ts";
export { isOwnRefusal, readRefusal } from "./refusals/index.ts";
export { refuseUnsupported } from "./refuse-unsupported.ts";
export { tokenCount, usageOfCounts } from "./token-count.ts";
