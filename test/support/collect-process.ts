import { pairAt } from "./evals/collecting.ts";

// A config file that imported the sources would compile them again.
Object.assign(globalThis, { routerOfProcess: () => pairAt(process.env["PAIR_AT"] ?? "") });
await import("../../cli/main.ts");
