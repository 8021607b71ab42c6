import type { ChildProcess } from "node:child_process";
import { environment } from "../../../plugin/environment.ts";
import { neededBuiltin } from "../../../plugin/node-builtin.ts";
import { childSource } from "./child-source.ts";
import type { OnnxOutputs } from "./scores.ts";

/** Texts of a run, or the ids of their tokens. */
export type OnnxWork =
  | { readonly texts: readonly string[] }
  | { readonly ids: readonly (readonly number[])[] };

export interface ChildSettings {
  /** Values that the process starts with. */
  readonly data: Readonly<Record<string, unknown>>;
  readonly loadTimeoutMs: number;
  /** Longest run, in milliseconds; a process that takes longer is ended. */
  readonly runTimeoutMs: number;
}

/** A process with the model. Ends by itself on the first failure that is not of a run. */
export interface OnnxChild {
  /** Resolves when the model is loaded. Rejects with an `OnnxProblem`. */
  readonly loaded: Promise<void>;
  /** Runs the model. Must not be called while a run is under way. Rejects with an `OnnxProblem`. */
  run(work: OnnxWork): Promise<OnnxOutputs>;
  readonly pid: number | undefined;
  readonly hasEnded: () => boolean;
  end(): void;
}

/** Thrown with what is wrong, in words that quote no text. */
export class OnnxProblem extends Error {
  /** True if the inputs of one run may be at fault, and the process goes on. */
  readonly ofRun: boolean;

  constructor(message: string, ofRun = false) {
    super(message);
    this.ofRun = ofRun;
  }

  static {
    OnnxProblem.prototype.name = "OnnxProblem";
  }
}

interface Answer extends Partial<OnnxOutputs> {
  readonly id: number;
  readonly problem?: string | undefined;
}

export function startChild({ data, loadTimeoutMs, runTimeoutMs }: ChildSettings): OnnxChild {
  const { spawn } = neededBuiltin("node:child_process");
  const child: ChildProcess = spawn(globalThis.process.execPath, ["--eval", childSource], {
    stdio: ["ignore", "ignore", "ignore", "ipc"],
    // Numbers arrive as what they are, also in typed arrays.
    serialization: "advanced",
    env: knownEnvironment(),
  });
  // An idle model keeps no process alive; a run does.
  const hold = (isHeld: boolean) => {
    const change = isHeld ? "ref" : "unref";
    child[change]();
    child.channel?.[change]();
  };
  hold(false);
  let waiting: { readonly id: number; readonly settle: (answer: Answer | OnnxProblem) => void } | undefined;
  let runs = 0;
  let hasEnded = false;

  const end = (problem: OnnxProblem) => {
    if (hasEnded) return;
    hasEnded = true;
    waiting?.settle(problem);
    child.kill("SIGKILL");
  };
  child.on("message", (answer: Answer) => {
    if (answer.id === waiting?.id) waiting.settle(answer);
  });
  child.on("error", (error: NodeJS.ErrnoException) =>
    end(new OnnxProblem(`cannot start the process of its model (${error.code ?? error.name})`)),
  );
  child.on("exit", (code, signal) =>
    end(new OnnxProblem(`has lost the process of its model (${signal ?? `code ${code}`})`)),
  );
  const send = (message: object) => {
    // An error of sending is followed by the end of the process.
    if (!hasEnded && child.connected) child.send(message, () => {});
  };

  const answerTo = (id: number, timeoutMs: number, late: string): Promise<Answer> =>
    new Promise((resolve, reject) => {
      if (hasEnded) return reject(new OnnxProblem("has lost the process of its model"));
      hold(true);
      const timer = setTimeout(() => end(new OnnxProblem(late)), timeoutMs);
      waiting = {
        id,
        settle(answer) {
          clearTimeout(timer);
          waiting = undefined;
          hold(false);
          if (answer instanceof OnnxProblem) reject(answer);
          else if (answer.problem !== undefined) reject(new OnnxProblem(answer.problem, true));
          else resolve(answer);
        },
      };
    });

  const loaded = answerTo(0, loadTimeoutMs, `could not load its model within ${loadTimeoutMs} ms`).then(
    () => {},
    (error: unknown) => {
      end(error as OnnxProblem);
      throw error;
    },
  );
  send(data);
  // Asked for by who needs it.
  loaded.catch(() => {});
  return {
    loaded,
    pid: child.pid,
    hasEnded: () => hasEnded,
    end: () => end(new OnnxProblem("is closed")),
    async run(work) {
      await loaded;
      runs += 1;
      const answer = answerTo(runs, runTimeoutMs, `has a run that took longer than ${runTimeoutMs} ms`);
      send({ id: runs, ...work });
      const { rows = 0, width = 0, values = new Float32Array() } = await answer;
      return { rows, width, values };
    },
  };
}

/** Variables that a native library may read. Others may be secrets, which it does not need. */
const variables = [
  "PATH",
  "LD_LIBRARY_PATH",
  "DYLD_LIBRARY_PATH",
  "SYSTEMROOT",
  "TMPDIR",
  "TEMP",
  "CUDA_VISIBLE_DEVICES",
];

function knownEnvironment(): Record<string, string> {
  const all = environment();
  const known = variables.flatMap((name) => (all[name] === undefined ? [] : [[name, all[name]] as const]));
  return Object.fromEntries(known);
}
