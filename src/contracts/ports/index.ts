/** Ports: what execution needs of a router, as small interfaces. Each has an implementation in a folder of its own. */
export type { Admission, Pass } from "./admission.ts";
export type { Call, Refusal } from "./call.ts";
export type { Clock, Timer } from "./clock.ts";
export type { Account, Ledger } from "./ledger.ts";
export type { Observer } from "./observer.ts";
