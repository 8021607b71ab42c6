import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { describe, expect, it } from "vitest";
import { root } from "../support/package-sources.ts";
import { linesOf } from "../support/run-cli.ts";

/** Runs the command line as a process of its own, from its sources. */
function start(...args: readonly string[]): ChildProcess & { readonly stdin: NodeJS.WritableStream } {
  const jiti = `${root}node_modules/jiti/lib/jiti-cli.mjs`;
  return spawn(process.execPath, [jiti, `${root}src/cli/main.ts`, ...args], {
    env: { PATH: process.env["PATH"] },
    stdio: "pipe",
  });
}

async function textOf(stream: NodeJS.ReadableStream | null): Promise<string> {
  let text = "";
  for await (const part of stream ?? []) text += part.toString();
  return text;
}

const line = '{"id":"a","prompt":"What is the capital of France?"}\n';

describe("the program", () => {
  it("reads stdin, writes stdout and ends with the exit code of the command", async () => {
    const child = start("classify", "--classifier", "length");
    child.stdin.end(`${line}{`);
    const [out, err, [code]] = await Promise.all([
      textOf(child.stdout),
      textOf(child.stderr),
      once(child, "exit"),
    ]);
    expect(linesOf(out)).toEqual([{ id: "a", complexity: expect.any(Number) }]);
    expect(err).toBe("switchpoint: stdin:2: line is not JSON: write one object a line\n");
    expect(code).toBe(2);
  });

  it("answers each line when it comes, without waiting for the end of the input", async () => {
    const child = start("classify", "--classifier", "length");
    child.stdin.write(line);
    const [first] = await once(child.stdout as NodeJS.ReadableStream, "data");
    expect(linesOf(String(first))).toHaveLength(1);
    child.stdin.end();
    expect((await once(child, "exit"))[0]).toBe(0);
  });

  it("ends quietly when the reader of its output has seen enough", async () => {
    const child = start("classify", "--classifier", "length");
    const err = textOf(child.stderr);
    // The program ends before it has read it all.
    child.stdin.on("error", () => {});
    child.stdin.write(line.repeat(50_000));
    await once(child.stdout as NodeJS.ReadableStream, "data");
    child.stdout?.destroy();
    child.stdin.write(line.repeat(50_000));
    const [code, signal] = await once(child, "exit");
    expect({ code, signal, err: await err }).toEqual({ code: 0, signal: null, err: "" });
  });
});
