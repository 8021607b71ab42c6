import type { Engine } from "../engine.ts";
import { llamaCpp } from "./llama-cpp.ts";

/** Engines that the suite knows. */
export const engines: readonly Engine[] = [llamaCpp];
