import { Readable } from "node:stream";
import { run } from "../../cli/run.ts";

export interface CliInput {
  readonly stdin?: string | readonly Uint8Array[];
  readonly stdinIsTerminal?: boolean;
  readonly env?: Readonly<Record<string, string>>;
  readonly columns?: number;
}

export interface CliResult {
  readonly exitCode: number;
  readonly out: string;
  readonly err: string;
}

/** Current time of a command line under test: 2026-12-01. */
export const cliNow: number = Date.parse("2026-12-01T00:00:00Z");

/** Runs a command line in this process. The environment contains only what is given. */
export async function runCli(args: readonly string[], input: CliInput = {}): Promise<CliResult> {
  const { stdin = "", stdinIsTerminal = false, env = {}, columns } = input;
  let out = "";
  let err = "";
  const exitCode = await run(args, {
    stdout: (text) => {
      out += text;
    },
    stderr: (text) => {
      err += text;
    },
    stdin: Readable.from(typeof stdin === "string" ? [Buffer.from(stdin)] : stdin),
    stdinIsTerminal,
    env,
    columns,
    now: () => cliNow,
    drained: async () => {},
  });
  return { exitCode, out, err };
}

/** Parses the values of JSON lines. */
// biome-ignore lint/suspicious/noExplicitAny: tests look into lines of any shape
export function linesOf(text: string): any[] {
  return text
    .split("\n")
    .filter((line) => line !== "")
    .map((line) => JSON.parse(line));
}

/** Returns an environment whose small and large models are behind one OpenAI-compatible endpoint. */
export function vllmEnvironment(url: string): Record<string, string> {
  return { VLLM_BASE_URL: url, VLLM_MODEL: "little", SWITCHPOINT_LARGE: "vllm:big" };
}
