import type { EngineModel, EngineOptions } from "../../src/router/providers/engines/index.ts";
import type { Recording } from "./record/ask.ts";

/** An engine as the suite meets it: everything that differs between engines is here, as data and short functions. */
export interface Engine {
  /** Its name on the command line. */
  readonly name: string;
  /** Adapter of the product for it. */
  provider(model: string, options: EngineOptions & Readonly<Record<string, unknown>>): EngineModel;
  /** What puts it into the cache; each step is skipped if what it makes is there. */
  readonly install: readonly InstallStep[];
  /** File in the cache that is there once it is installed. */
  readonly program: string;
  /** Returns its version, as it says it itself. */
  version(cache: Cache): Promise<string>;
  /** Returns the command of a server. Makes its model if it is not there. */
  start(cache: Cache, setup: ServerSetup & { readonly port: number }): Promise<Command> | Command;
  /** Longest time from the start to the first answer, in milliseconds. */
  readonly startMs: number;
  /** Path that answers 200 as soon as the engine takes calls. */
  readonly readyPath: string;
  /** Names of cases that this engine cannot pass, with the reason: they are listed as not had. */
  readonly lacks: Readonly<Record<string, string>>;
  readonly quirks: Quirks;
  /** What `--record` needs to know. Absent: what it says is not recorded. */
  readonly recording?: Recording;
}

export interface Quirks {
  /** Whether it answers with the model that it has, whatever name is asked for. */
  readonly answersForAnyModel: boolean;
  /** Fields of a request that make its model call a function where it may also write text. */
  readonly callsATool: Readonly<Record<string, unknown>>;
  /** Fields of a request that make a thought of the thinking model end. */
  readonly endsAThought: Readonly<Record<string, unknown>>;
  /** Applies the LoRA adapter of a server that was started with one, or takes it away. Absent: not known. */
  readonly lora?: (root: string, isOn: boolean) => Promise<unknown>;
}

export interface InstallStep {
  readonly does: string;
  /** File or folder in the cache that it makes. */
  readonly makes: string;
  readonly run: readonly (readonly string[])[];
  /** Checksum of a file that is fetched. */
  readonly sha256?: string;
  readonly limitMs: number;
}

export interface Command {
  readonly program: string;
  readonly args: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
}

/** What a case may ask of a server. */
export interface ServerSetup {
  /** `small` is quick, `slow` takes its time, `thinking` thinks before it answers. Default `small`. */
  readonly model?: "small" | "slow" | "thinking";
  /** Calls that run at a time. Default 2. */
  readonly slots?: number;
  /** Tokens of a call's context. Default 2,048. */
  readonly window?: number;
  /** Key that it asks for. Default none. */
  readonly key?: string;
  /** Calls that wait at most. Default: as the engine has it. */
  readonly queue?: number;
  /** Whether LoRA adapters can be loaded. Default false. */
  readonly lora?: boolean;
}

export interface Cache {
  readonly folder: string;
  path(...parts: readonly string[]): string;
}
