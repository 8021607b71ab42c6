import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type { ProviderErrorKind } from "../../src/contracts/index.ts";

/** Folder of what engines said: one file for each, which is a list of `Spoken`. See its README. */
export const engineFixtures = join(import.meta.dirname, "../fixtures/engines");

/** What one engine said: recorded from a running server, or read at one source. */
export interface Spoken {
  readonly engine: string;
  /** Absent: read at a source. */
  readonly recorded?: { readonly version: string; readonly how: string };
  /** File or thread of a project, `owner/name:path` or `owner/name#12`; or a page. Absent: recorded. */
  readonly source?: string;
  /** Day on which it was recorded or read: `2026-12-04`. */
  readonly day: string;
  /** What the server was started as: a description must say just that. */
  readonly served?: Served;
  readonly exchanges: readonly Exchange[];
}

export interface Served {
  readonly model: string;
  readonly window?: number;
  readonly slots?: number;
  readonly tools?: boolean;
  readonly images?: boolean;
  readonly version?: string;
}

export interface Exchange {
  /** Name, which says what was the matter. */
  readonly name: string;
  readonly reads: Reading;
  /** What was asked. Absent where a source tells the answer alone. */
  readonly asked?: Asked;
  readonly status: number;
  readonly headers?: Readonly<Record<string, string>>;
  /** A body of JSON. */
  readonly body?: unknown;
  /** Lines of another body; empty lines are left out. */
  readonly lines?: readonly string[];
}

export interface Asked {
  readonly method: string;
  readonly path: string;
  readonly body?: unknown;
}

/** What an exchange means. The product must read just that. */
export type Reading =
  /** A path that `describe()` asks; all such of a fixture together say what was `served`. */
  | { readonly as: "description" }
  | { readonly as: "health"; readonly healthy: boolean }
  | { readonly as: "load"; readonly running: number; readonly waiting: number }
  /** An answer, whole or in pieces. What must be in it, besides text and usage. */
  | {
      readonly as: "answer" | "stream";
      readonly has?: readonly ("call" | "logprobs" | "thought" | "cached" | "json")[];
    }
  | {
      readonly as: "refusal";
      readonly kind: ProviderErrorKind;
      readonly contextWindow?: number;
      readonly lacks?: string;
    }
  /** Nothing of the product reads it. */
  | { readonly as: "words" };

/** Names of engines that have a fixture. */
export const spokenEngines: readonly string[] = readdirSync(engineFixtures)
  .filter((file) => file.endsWith(".json"))
  .map((file) => file.slice(0, -".json".length))
  .sort();

export function spokenBy(engine: string): readonly Spoken[] {
  return JSON.parse(readFileSync(join(engineFixtures, `${engine}.json`), "utf8"));
}
