import type { Constraint } from "../../contracts/index.ts";
import { capabilities } from "./capabilities.ts";
import { contextWindow } from "./context-window.ts";

/** The constraints that every router has, asked first. */
export const ownConstraints: readonly Constraint[] = [capabilities, contextWindow];
