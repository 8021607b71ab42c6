import { pairAt } from "../evals/support/collecting.ts";

// A config file that imported the sources would compile them anew.
Object.assign(globalThis, { routerOfProcess: () => pairAt(process.env["PAIR_AT"] ?? "") });
await import("../../src/cli/main.ts");
