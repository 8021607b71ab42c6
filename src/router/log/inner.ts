/** For the project's other wings: no promise to users. */

export { recheckMs } from "./file-writer.ts";
export { hiddenValue, promptHash } from "./keyed-hash.ts";
export { putAside } from "./rotate.ts";
export { asideFiles, isAside } from "./rotated-files.ts";
export { attemptKey } from "./spend-meter.ts";
export { createSpendSums, nanoOf, type SpendGroup, type SpendReport, type SpendRow } from "./spend-sums.ts";
