import { type ChildProcess, type StdioOptions, spawn } from "node:child_process";
import { once } from "node:events";
import { closeSync, existsSync, openSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { temporaryFolder } from "../support/cli-config.ts";
import { nodeArguments } from "../support/node-arguments.ts";
import { linesOf } from "../support/run-cli.ts";

/** Starts the command line in its own process. */
function start(args: readonly string[], stdio: StdioOptions = "pipe"): ChildProcess {
  return spawn(process.execPath, nodeArguments("cli/main.ts", ...args), {
    env: { PATH: process.env["PATH"] },
    stdio,
  });
}

async function textOf(stream: NodeJS.ReadableStream | null): Promise<string> {
  let text = "";
  for await (const part of stream ?? []) text += part.toString();
  return text;
}

const line = '{"id":"a","prompt":"What is the capital of France?"}\n';

describe("the program", () => {
  it("says that Node is too old, before it needs anything that an old one lacks", async () => {
    const old = "data:text/javascript,Object.defineProperty(process.versions,'node',{value:'18.20.8'})";
    const child = spawn(process.execPath, ["--import", old, ...nodeArguments("cli/main.ts", "doctor")]);
    const [out, err, [code]] = await Promise.all([
      textOf(child.stdout),
      textOf(child.stderr),
      once(child, "exit"),
    ]);
    expect({ code, out, err }).toEqual({
      code: 2,
      out: "",
      err: "switchpoint: needs Node 20.19 or newer, and this is Node 18.20.8: install a newer one\n",
    });
  });

  it("reads stdin, writes stdout and ends with the exit code of the command", async () => {
    const child = start(["classify", "--classifier", "length"]);
    child.stdin?.end(`${line}{`);
    const [out, err, [code]] = await Promise.all([
      textOf(child.stdout),
      textOf(child.stderr),
      once(child, "exit"),
    ]);
    expect(linesOf(out)).toEqual([{ id: "a", complexity: expect.any(Number) }]);
    expect(err).toBe("switchpoint: stdin:2: line is not JSON: write one object a line\n");
    expect(code).toBe(2);
  });

  it("answers each line when it arrives, without waiting for the end of the input", async () => {
    const child = start(["classify", "--classifier", "length"]);
    child.stdin?.write(line);
    const [first] = await once(child.stdout as NodeJS.ReadableStream, "data");
    expect(linesOf(String(first))).toHaveLength(1);
    child.stdin?.end();
    expect((await once(child, "exit"))[0]).toBe(0);
  });

  it("ends quietly when the reader of its output closes the pipe", async () => {
    const child = start(["classify", "--classifier", "length"]);
    const err = textOf(child.stderr);
    // The program ends before it has read everything.
    child.stdin?.on("error", () => {});
    child.stdin?.write(line.repeat(50_000));
    await once(child.stdout as NodeJS.ReadableStream, "data");
    child.stdout?.destroy();
    child.stdin?.write(line.repeat(50_000));
    const [code, signal] = await once(child, "exit");
    expect({ code, signal, err: await err }).toEqual({ code: 0, signal: null, err: "" });
  });

  it("says in one line that it cannot write its output", async (context) => {
    if (!existsSync("/dev/full"))
      return context.skip("this system has no /dev/full, which acts as a full disk");
    const full = openSync("/dev/full", "w");
    try {
      const child = start(["classify", "--classifier", "length"], ["pipe", full, "pipe"]);
      child.stdin?.end(line);
      const [err, [code]] = await Promise.all([textOf(child.stderr), once(child, "exit")]);
      expect({ code, err }).toEqual({ code: 1, err: "switchpoint: cannot write to stdout (ENOSPC)\n" });
    } finally {
      closeSync(full);
    }
  });

  it("does not end silently if a config file awaits a promise that never settles", async () => {
    const folder = temporaryFolder();
    try {
      const config = folder.file("endless.mjs", "await new Promise(() => {}); export default 1;");
      const child = start(["doctor", "--config", config]);
      const [err, [code]] = await Promise.all([textOf(child.stderr), once(child, "exit")]);
      expect({ code, err }).toEqual({
        code: 1,
        err: expect.stringMatching(/^switchpoint: ended too early: /),
      });
    } finally {
      folder.remove();
    }
  });
});
