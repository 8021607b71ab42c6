import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { type Content, html, type Markup } from "../../../evals/report/html.ts";
import { escapeHtml } from "../../../src/plugin/escape-html.ts";
import { showHidden } from "../../../src/plugin/show-hidden.ts";
import { anyCharacter } from "../../support/any-character.ts";
import { hostile } from "../../support/evals/report-world.ts";
import { runs } from "../../support/runs.ts";

describe("escapeHtml", () => {
  it("leaves nothing that begins a tag, ends an attribute or begins an entity of its own", () => {
    fc.assert(
      fc.property(fc.string({ unit: anyCharacter }), (text) => {
        const escaped = escapeHtml(text);
        expect(escaped).not.toMatch(/[<>"'`]/);
        expect(escaped.replace(/&#\d+;/g, "")).not.toContain("&");
      }),
      { numRuns: runs(200, 10_000) },
    );
  });

  it("is undone by reading its entities, but for what could not be seen", () => {
    fc.assert(
      fc.property(fc.string({ unit: anyCharacter }), (text) => {
        const read = escapeHtml(text).replace(/&#(\d+);/g, (_, code) => String.fromCharCode(Number(code)));
        expect(read).toBe(showHidden(text));
      }),
      { numRuns: runs(200, 10_000) },
    );
  });

  it("writes out what turns text around or hides it, and keeps what scripts and emoji need", () => {
    expect(escapeHtml("a\u202Eb\u2066c\u200Fd")).toBe("a[U+202E]b[U+2066]c[U+200F]d");
    expect(escapeHtml("\u0000\u001b[31m\u0085\u2028")).toBe("[U+0000][U+001B][31m[U+0085][U+2028]");
    expect(escapeHtml("\u{E0041}\uFEFF\u200B\uD800")).toBe("[U+E0041][U+FEFF][U+200B][U+D800]");
    const fine = "line\n\ttab, 👩‍🚀 ❤️, می‌خواهم, שלום, 日本語";
    expect(escapeHtml(fine)).toBe(fine);
  });
});

describe("html", () => {
  it("escapes what is put in, leaves out what is absent, and joins lists", () => {
    const list: readonly Content[] = ["<a>", html`<b>${"&"}</b>`, undefined, false, 3];
    expect(html`<p title="${'"'}">${list}</p>`.source).toBe('<p title="&#34;">&#60;a&#62;<b>&#38;</b>3</p>');
  });

  it("does not take an object that looks like markup for markup", () => {
    const forged = { source: "<script>" } as unknown as Markup;
    expect(() => html`${forged}`.source).toThrow();
    expect(html`${hostile}`.source).not.toContain("<");
  });
});
