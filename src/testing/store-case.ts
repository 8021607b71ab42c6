import assert from "node:assert/strict";
import type { Store } from "../contracts/index.ts";
import { isRouterError } from "../contracts/index.ts";

export interface StoreSetup {
  /** Opens an empty store. */
  open(): Promise<Store>;
  /** Lets the store's clock go on by this many milliseconds. */
  advance(ms: number): Promise<void> | void;
}

/** One requirement on an empty store. */
export type StoreRequirement = (store: Store, setup: StoreSetup) => Promise<void>;

/** Time to live of what the cases write, in milliseconds. */
export const ttlMs = 10_000;

export async function rejectsOption(work: Promise<unknown>): Promise<void> {
  await assert.rejects(work, (error) => isRouterError(error, "invalid-option"));
}
