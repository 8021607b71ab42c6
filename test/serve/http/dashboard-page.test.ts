import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import { readdirSync, readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { page, scriptHash, styleHash } from "../../../src/serve/page/page.generated.ts";
import { windowNames } from "../../../src/serve/status/window-names.ts";
import { root } from "../../support/package-sources.ts";

const folder = `${root}src/serve/page`;
const between = (tag: string) => new RegExp(`<${tag}[^>]*>([\\s\\S]*)</${tag}>`).exec(page)?.[1] ?? "";
const hashOf = (text: string) => `sha256-${createHash("sha256").update(text).digest("base64")}`;

describe("the page", () => {
  it("is that of its parts: npm run dashboard after a change", () => {
    const made = execFileSync(process.execPath, [`${folder}/generate-page.mjs`, "--stdout"], {
      encoding: "utf8",
    });
    const files = ["style.generated.ts", "page.generated.ts"];
    expect(made).toBe(files.map((name) => readFileSync(`${folder}/${name}`, "utf8")).join(""));
  });

  it("has one script and one style sheet, with the hashes of its policy, and no handler in an attribute", () => {
    expect(page.match(/<script/g)).toHaveLength(1);
    expect(page.match(/<style/g)).toHaveLength(1);
    expect([hashOf(between("script")), hashOf(between("style"))]).toEqual([scriptHash, styleHash]);
    expect(page).not.toMatch(/<[^>]+\s(?:on\w+|style)=/);
  });

  it("loads nothing from elsewhere, and weighs less than 60 kB", () => {
    const addresses = page.match(/(?:https?:)?\/\/[a-z][\w.-]*\.[a-z]+/gi) ?? [];
    expect(addresses.filter((address) => address !== "http://www.w3.org")).toEqual([]);
    expect(page).not.toMatch(/@import|url\(/);
    expect(Buffer.byteLength(page)).toBeLessThan(60_000);
  });

  it("writes foreign text as text alone", () => {
    const ways =
      /innerHTML|outerHTML|insertAdjacentHTML|document\.write|\beval\b|new Function|srcdoc|setHTML/;
    const sources = readdirSync(folder, { recursive: true, encoding: "utf8" }).filter(
      (name) => /\.(js|ts)$/.test(name) && !name.endsWith(".generated.ts"),
    );
    expect(sources.length).toBeGreaterThan(12);
    for (const name of sources) expect(readFileSync(`${folder}/${name}`, "utf8")).not.toMatch(ways);
  });

  it("knows the stretches of time that a recording has", () => {
    for (const name of windowNames) expect(page).toContain(`"${name}"`.replaceAll('"', ""));
  });
});
