import { describe, expect, it } from "vitest";
import { hasColours, paint, showStyles } from "../../cli/paint.ts";
import { runCli } from "../support/run-cli.ts";

const esc = "\u001b";

describe("colours", () => {
  it.each<[Record<string, string>, boolean, boolean]>([
    [{}, true, true],
    [{}, false, false],
    [{ NO_COLOR: "1" }, true, false],
    [{ NO_COLOR: "" }, true, true],
    [{ TERM: "dumb" }, true, false],
    [{ FORCE_COLOR: "1" }, false, true],
    [{ FORCE_COLOR: "0" }, true, false],
    [{ FORCE_COLOR: "1", NO_COLOR: "1" }, false, true],
  ])("depend on the environment %j and the terminal: %s", (env, isTerminal, expected) => {
    expect(hasColours(env, isTerminal)).toBe(expected);
  });

  it("are written where they are wanted, else only the text", () => {
    const text = `a ${paint("red", "b")} c ${paint("bold", "")}`;
    expect(showStyles(text, true)).toBe(`a ${esc}[31mb${esc}[39m c `);
    expect(showStyles(text, false)).toBe("a b c ");
  });

  it("cannot be set by text of others", () => {
    for (const text of ["\ue0000123456789abcdef:red:x\ue0010123456789abcdef", "\ue000red:x\ue001"])
      expect(showStyles(text, true)).toBe(text);
    expect(showStyles(paint("red", "\ue001x"), true)).not.toContain(esc);
  });

  it("are on a terminal only, and not in JSON", async () => {
    const terminal = await runCli(["doctor"], { columns: 100 });
    expect(terminal.out).toContain(`${esc}[31m-${esc}[39m missing: one of OPENAI_API_KEY`);
    for (const given of [{ env: { NO_COLOR: "1" }, columns: 100 }, {}])
      expect((await runCli(["doctor"], given)).out).not.toContain(esc);
    const json = await runCli(["doctor", "--json"], { env: { FORCE_COLOR: "1" } });
    expect(json.out).not.toContain(esc);
    expect(() => JSON.parse(json.out)).not.toThrow();
    const wrong = await runCli(["rout"], { env: { FORCE_COLOR: "1" } });
    expect(wrong.err).toContain(`${esc}[31mswitchpoint:${esc}[39m unknown command`);
  });
});
