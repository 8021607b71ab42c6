import { parseHTML } from "linkedom";
import { describe, expect, it } from "vitest";
import { renderReport } from "../../../evals/report/render-report.ts";
import { reportData } from "../../../evals/report/report-data.ts";
import { hostileReport } from "../../support/evals/hostile-report.ts";
import { estimating, large, now, reportRecords, small, stated } from "../../support/evals/report-world.ts";
import { tuned } from "../../support/evals/tuned.ts";

const pair = { small, large, classifier: stated, resamples: 20, now };

async function rendered(...args: Parameters<typeof reportData>): Promise<string> {
  return renderReport(await reportData(...args));
}

function textOf(page: string): string {
  return (parseHTML(page).document.body?.textContent ?? "").replace(/\s+/g, " ").replaceAll("\u00a0", " ");
}

describe("renderReport", () => {
  it("is one page that may load nothing, with a heading for each section", async () => {
    const page = await rendered(reportRecords(200), pair);
    const { document } = parseHTML(page);
    expect(document.querySelector("meta[http-equiv]")?.getAttribute("content")).toBe(
      "default-src 'none'; style-src 'unsafe-inline'; img-src data:; base-uri 'none'; form-action 'none'",
    );
    expect(document.documentElement.getAttribute("lang")).toBe("en");
    expect(document.querySelectorAll("script, link, img, iframe, object, a, form")).toHaveLength(0);
    expect(page.replaceAll("http://www.w3.org/", "")).not.toMatch(/https?:|url\(|@import/);
    const ids = [...document.querySelectorAll("main h2")].map((heading) => heading.id);
    expect(ids).toEqual([
      "alternatives",
      "certificate",
      "comparison",
      "saving",
      "categories",
      "calibration",
      "scores",
      "worst",
    ]);
    expect(document.querySelectorAll("h1")).toHaveLength(1);
    for (const svg of document.querySelectorAll("svg:not([aria-hidden])")) {
      expect(svg.getAttribute("role")).toBe("img");
      expect(svg.getAttribute("aria-label")).not.toBe("");
      expect(svg.querySelectorAll("[aria-label]")).toHaveLength(0);
    }
    for (const head of document.querySelectorAll("th")) expect(head.textContent).not.toBe("");
    // What scrolls can be reached with the keyboard.
    for (const box of document.querySelectorAll(".scroll, .prompt"))
      expect(box.getAttribute("tabindex")).toBe("0");
  });

  it("begins with the verdict, and says at once when there is no certificate", async () => {
    const text = textOf(await rendered(reportRecords(200), pair));
    expect(text.indexOf("it was not tuned, so nothing is promised")).toBeLessThan(400);
    expect(text).toContain("No certificate: this threshold is not tuned");
  });

  it("puts the certificate into plain words", async () => {
    const tuning = tuned({ certificate: { maxLoss: 0.2, upperBound: 0.1 }, judge: "exact match" });
    const text = textOf(await rendered(reportRecords(400), { ...pair, tuning }));
    expect(text).toContain(
      "Routing at threshold 0.50 loses at most 20 points of quality with 95 % confidence, against sending everything to openai:gpt-5.",
    );
    expect(text).toContain(
      "1,000 tuning records: the loss measured there was 2.0 points (p = 0.0010). That it is at most 10 points is an estimate from the records that chose it, and not promised.",
    );
    expect(text).toContain("(by exact match). It ends on 2027-01-30");
    expect(text).not.toContain("Of those that share");
    const grouped = tuned({ certificate: { largestUnit: 7, unitCap: 3, groupBy: ["session", "tenant"] } });
    expect(textOf(await rendered(reportRecords(100), { ...pair, tuning: grouped }))).toContain(
      "Of those that share a session or tenant, at most 3 count.",
    );
    const regressions = tuned({ certificate: { guarantee: "regressions" } });
    expect(textOf(await rendered(reportRecords(400), { ...pair, tuning: regressions }))).toContain(
      "answers at most 5 % of requests worse than openai:gpt-5 with 95 % confidence",
    );
  });

  it("says in words what a month saves, or costs more", async () => {
    const cheap = textOf(await rendered(reportRecords(400), { ...pair, requestsPerMonth: 2_000_000 }));
    expect(cheap).toMatch(
      /requests a month like the recorded ones, the router saves \$\d,\d{3}, between \$\d,\d{3} and \$\d,\d{3}, against sending everything to openai:gpt-5\./,
    );
    const swapped = reportRecords(400, (record) => ({
      ...record,
      outcomes: { [small]: { quality: 0.5, costUsd: 2 }, [large]: { quality: 1, costUsd: 1 } },
    }));
    expect(textOf(await rendered(swapped, pair))).toMatch(
      /the router costs \$\d+ more, between \$\d+ and \$\d+, against/,
    );
  });

  it("explains the promise and the interval of these records in a line", async () => {
    const tuning = tuned({ certificate: { maxLoss: 0.2, upperBound: 0.1 } });
    expect(textOf(await rendered(reportRecords(400), { ...pair, tuning }))).toMatch(
      /“At most 20 points” is the promise for requests to come, against openai:gpt-5; [\d.]+ \[[\d.]+, [\d.]+\] points is what these 400 records lost, with its 95 % interval\./,
    );
    expect(textOf(await rendered(reportRecords(400), pair))).toContain(
      "Nothing is promised for requests to come",
    );
    expect(textOf(await rendered(reportRecords(1), pair))).toContain("One record is too few");
  });

  it("compares routing with doing nothing and with each model alone, and names what graded", async () => {
    const page = parseHTML(await rendered(reportRecords(200), { ...pair, judge: "exact match" })).document;
    const heads = [...page.querySelectorAll(".options tbody th")].map(({ textContent }) =>
      textContent?.replace(/\s+/g, " ").replaceAll("\u00a0", " "),
    );
    expect(heads).toEqual([
      expect.stringMatching(/^With routing \d+ % to openai:gpt-5$/),
      "Doing nothing: large model only openai:gpt-5",
      "Small model only vllm:qwen",
    ]);
    expect(page.querySelector(".facts")?.textContent).toContain("graded by exact match");
    const today = parseHTML(await rendered(reportRecords(200), { ...pair, today: small })).document;
    const titles = [...today.querySelectorAll(".options .title")].map(({ textContent }) => textContent);
    expect(titles).toEqual(["With routing", "Doing nothing: small model only", "Large model only"]);
    expect(today.querySelector(".facts dt")?.textContent).toBe("More to pay for 1,000 requests");
  });

  it("folds every section but what must be known first", async () => {
    const { document } = parseHTML(await rendered(reportRecords(200), pair));
    const folded = [...document.querySelectorAll(".fold > details > summary h2")].map(({ id }) => id);
    expect(folded).toEqual(["comparison", "saving", "categories", "calibration", "scores", "worst"]);
    expect(document.querySelectorAll("details[open]")).toHaveLength(0);
    expect(document.querySelector("#certificate")?.closest("details")).toBeNull();
  });

  it("breaks no name at its hyphens, but for one that is longer than a line", async () => {
    const { document } = parseHTML(await rendered(reportRecords(100), pair));
    expect(document.querySelector(".kicker .name:last-of-type")?.textContent).toBe(large);
    const long = `together:${"meta-llama/".repeat(4)}`;
    const records = reportRecords(100, (record) => ({
      ...record,
      outcomes: { [small]: { quality: 0 }, [long]: { quality: 1 } },
    }));
    const page = parseHTML(await rendered(records, { ...pair, large: long })).document;
    expect(page.querySelector(".kicker .long")?.textContent).toBe(long);
  });

  it("lets nothing hostile out of its place, wherever it comes from", async () => {
    const page = await renderReport(await hostileReport());
    const { document } = parseHTML(page);
    expect(page).not.toMatch(/<script|<img|<svg onload/i);
    for (const element of document.querySelectorAll("*")) {
      for (const { name } of element.attributes) expect(name).not.toMatch(/^on/i);
    }
    expect(document.querySelectorAll("style").length).toBe(
      1 + document.querySelectorAll("figure svg").length,
    );
    // biome-ignore lint/suspicious/noControlCharactersInRegex: it is what must not be there
    expect(page).not.toMatch(/[\u202e\u0000\u{e0041}]/u);
    expect(page).toContain("[U+202E]gnp.exe[U+0000]");
  });

  it("draws large-call rates where costs are not known, and says that money is not", async () => {
    const records = reportRecords(200, (record) => ({
      ...record,
      outcomes: { [small]: { quality: 1 }, [large]: { quality: 1 } },
    }));
    const text = textOf(await rendered(records, pair));
    expect(text).toContain("requests to openai:gpt-5");
    expect(text).toContain("there are no figures on money");
    expect(text).not.toMatch(/NaN|undefined|Infinity|\[object/);
  });

  it("writes no number that is none, whatever is missing", async () => {
    const bare = reportRecords(3, ({ category: _, ...record }) => record);
    const pages = [
      await rendered(bare, pair),
      await rendered(reportRecords(1), pair),
      await rendered(reportRecords(150), { ...pair, classifier: estimating, requestsPerMonth: 2_000_000 }),
    ];
    for (const page of pages) expect(page).not.toMatch(/NaN|undefined|Infinity|\[object/);
    expect(textOf(pages[0] ?? "")).toContain("The records have no category");
    expect(textOf(pages[2] ?? "")).toContain(
      "At 2,000,000 requests a month like the recorded ones, the router saves $",
    );
  });

  it("leaves prompts out when asked", async () => {
    const page = await rendered(reportRecords(200), { ...pair, prompts: false });
    expect(page).not.toContain("request number");
    expect(page).toContain('id="worst"');
  });
});
