import { type Sayings, said } from "../sayings.ts";

export const lmDeploy: readonly Sayings[] = [
  said("InternLM/lmdeploy:lmdeploy/serve/utils/server_utils.py", "2026-12-01", [
    // It was put to sleep and has freed its GPU: until an operator wakes it.
    [503, "text", "engine is sleeping", "overloaded"],
  ]),
];
