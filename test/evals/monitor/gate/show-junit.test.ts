import { DOMParser } from "linkedom";
import { describe, expect, it } from "vitest";
import type { GateReport } from "../../../../evals/monitor/gate/check-certificate.ts";
import { showAnnotations } from "../../../../evals/monitor/gate/show-annotations.ts";
import { showJUnit } from "../../../../evals/monitor/gate/show-junit.ts";

const hostile = "a < b && \"c\" > 'd' 100 %, x: ]]> \u0000\u001b\ud800 line\r\ntwo\tend";
const report: GateReport = {
  passed: false,
  strict: false,
  file: "folder, 1/tuning:1.json",
  version: "0123456789ab",
  at: "2026-12-01T00:00:00.000Z",
  records: 3,
  paired: 0,
  known: 0,
  skipped: 0,
  unclassified: 0,
  units: 3,
  checks: [
    { name: "promise", verdict: "failed", sentence: hostile, figures: { loss: 0.5, model: hostile } },
    { name: "prices", verdict: "not-judged", sentence: "not known", figures: {} },
    { name: "expiry", verdict: "passed", sentence: "holds", figures: { daysLeft: 5 } },
  ],
};

/** Throws on what is no well-formed XML. */
function parse(xml: string) {
  expect(wellFormed(xml)).toBe("");
  return new DOMParser().parseFromString(xml, "text/xml");
}

/** What is wrong with the nesting, the entities or the characters; "" if nothing is. linkedom forgives all of it. */
function wellFormed(xml: string): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: characters that XML does not have
  if (/[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff\ud800-\udfff]/u.test(xml))
    return "a character that XML lacks";
  const open: string[] = [];
  for (const [token] of xml.matchAll(/<[^>]*>|[^<]+/g)) {
    if (!token.startsWith("<")) {
      if (/&(?!(?:amp|lt|gt|quot|apos|#\d+);)|\]\]>/.test(token)) return `a bare character in ${token}`;
    } else if (token.startsWith("</")) {
      if (`</${open.pop()}>` !== token) return `${token} closes another element`;
    } else if (!token.startsWith("<?")) {
      const tag = /^<([a-z-]+)((?: [a-z]+="(?:[^"<&]|&(?:amp|lt|gt|quot|apos|#\d+);)*")*)(\/?)>$/.exec(token);
      if (tag === null) return `${token} is no tag`;
      if (tag[3] === "") open.push(tag[1] as string);
    }
  }
  return open.join(" ");
}

const named: Readonly<Record<string, string>> = { amp: "&", lt: "<", gt: ">", quot: '"', apos: "'" };
const decode = (text: string | null | undefined): string =>
  (text ?? "").replace(/&(amp|lt|gt|quot|apos);/g, (_, name: string) => named[name] ?? "");

describe("showJUnit", () => {
  it("has a test case for each check: failed, skipped or passed", () => {
    const xml = parse(showJUnit(report));
    const suite = xml.querySelector("testsuite");
    expect(suite?.getAttribute("name")).toBe("folder, 1/tuning:1.json");
    const counts = ["tests", "failures", "errors", "skipped"].map((count) => suite?.getAttribute(count));
    expect(counts).toEqual(["3", "1", "0", "1"]);
    const cases = [...xml.querySelectorAll("testcase")];
    expect(cases.map((one) => one.getAttribute("name"))).toEqual(["promise", "prices", "expiry"]);
    expect(cases.map((one) => one.firstElementChild?.tagName)).toEqual(["failure", "skipped", "system-out"]);
    expect(cases[1]?.firstElementChild?.getAttribute("message")).toBe("not known");
    expect(cases[2]?.textContent).toContain('"daysLeft": 5');
  });

  it("escapes what XML would take for markup, and replaces what it has no character for", () => {
    const failure = parse(showJUnit(report)).querySelector("failure");
    // linkedom leaves named entities as they are.
    expect(decode(failure?.getAttribute("message"))).toBe(
      "a < b && \"c\" > 'd' 100 %, x: ]]> \ufffd\ufffd\ufffd line\r\ntwo\tend",
    );
    expect(JSON.parse(decode(failure?.textContent)).loss).toBe(0.5);
  });

  it("counts as a failure what a strict gate could not judge", () => {
    const suite = parse(showJUnit({ ...report, strict: true })).querySelector("testsuites");
    expect(suite?.getAttribute("failures")).toBe("2");
    expect(suite?.getAttribute("skipped")).toBe("0");
  });
});

describe("showAnnotations", () => {
  it("is one workflow command a line: an error for what failed, a warning for what was not judged", () => {
    expect(showAnnotations(report).split("\n")).toEqual([
      "::error file=folder%2C 1/tuning%3A1.json,title=switchpoint eval check%3A promise::" +
        "a < b && \"c\" > 'd' 100 %25, x: ]]> \u0000\u001b\ud800 line%0D%0Atwo\tend",
      "::warning file=folder%2C 1/tuning%3A1.json,title=switchpoint eval check%3A prices::not known",
      "",
    ]);
  });

  it("is errors alone where the gate is strict, and nothing where all passed", () => {
    expect(showAnnotations({ ...report, strict: true })).not.toContain("::warning");
    expect(showAnnotations({ ...report, checks: report.checks.slice(2) })).toBe("");
  });

  it("cannot be ended by a name that holds a command", () => {
    const name = "x\n::add-mask::secret";
    const checks = [{ name, verdict: "failed", sentence: name, figures: {} }] as const;
    const lines = showAnnotations({ ...report, file: name, checks })
      .trimEnd()
      .split("\n");
    expect(lines).toHaveLength(1);
  });
});
