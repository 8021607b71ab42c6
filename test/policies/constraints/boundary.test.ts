import { describe, expect, it, test } from "vitest";
import { type BoundaryOptions, boundary } from "../../../policies/constraints/index.ts";
import { InvalidOptionError, type Labels, type RequestFacts } from "../../../src/contracts/index.ts";
import { candidateOf, factsOf } from "../../../src/testing/index.ts";

const modelWith = (labels: Labels) => candidateOf("m", { facts: { labels } });
const ask = (required: BoundaryOptions["required"], request: Partial<RequestFacts>, labels: Labels) =>
  boundary({ label: "boundary", required }).permits(modelWith(labels), {
    request: factsOf(request),
    hop: "answer",
    now: 0,
  });
const onPrem = { boundary: "on-prem" };

describe("values for all requests", () => {
  it("permit a model whose label is one of them, and no other", () => {
    expect(ask("on-prem", {}, onPrem)).toBe(true);
    expect(ask(["eu", "on-prem"], {}, onPrem)).toBe(true);
    expect(ask(["eu", "ch"], {}, onPrem)).toBe("boundary is on-prem, eu or ch is required");
  });

  it("compare whole values, not parts of them", () => {
    expect(ask("on-prem", {}, { boundary: "on" })).toBe("boundary is on, on-prem is required");
  });

  it("do not permit a model without the label", () => {
    expect(ask("on-prem", {}, {})).toBe("boundary is not known, on-prem is required");
    expect(ask("on-prem", {}, { residency: "on-prem" })).toContain("not known");
  });
});

describe("a function", () => {
  const byTenant = ({ tenant }: RequestFacts) => (tenant === "clinic" ? "on-prem" : undefined);

  it("returns the values that a request requires, or undefined for none", () => {
    expect(ask(byTenant, { tenant: "clinic" }, onPrem)).toBe(true);
    expect(ask(byTenant, { tenant: "clinic" }, {})).toBe("boundary is not known, on-prem is required");
    expect(ask(byTenant, { tenant: "shop" }, {})).toBe(true);
  });

  it("may be a detector that reads the request", () => {
    const detect = ({ ask: text }: RequestFacts) =>
      /\bpatient\b/i.test(text) ? ["on-prem", "eu"] : undefined;
    expect(ask(detect, { ask: "The patient is 40." }, { boundary: "us" })).toContain(
      "on-prem or eu is required",
    );
    expect(ask(detect, { ask: "The weather?" }, { boundary: "us" })).toBe(true);
  });

  test.each([
    ["null", null],
    ["an empty text", ""],
    ["no value", []],
    ["a value that is no text", ["on-prem", 1]],
    ["a promise", Promise.resolve("on-prem")],
    ["false", false],
  ])("that returns %s permits no model", (_, returned) => {
    expect(ask((() => returned) as never, {}, onPrem)).toBe("the required values of boundary cannot be read");
  });
});

describe("a table", () => {
  const table = {
    byTenant: { clinic: "on-prem", bank: ["eu", "on-prem"] },
    byLabel: { data: { health: "on-prem", public: ["us", "eu", "on-prem"] } },
    otherwise: ["us", "eu"],
  } as const;

  it("requires by tenant, by label of the request, or by otherwise", () => {
    expect(ask(table, { tenant: "clinic" }, onPrem)).toBe(true);
    expect(ask(table, { tenant: "clinic" }, { boundary: "eu" })).toBe("boundary is eu, on-prem is required");
    expect(ask(table, { labels: { data: "health" } }, { boundary: "eu" })).toContain("on-prem is required");
    expect(ask(table, { tenant: "shop" }, { boundary: "us" })).toBe(true);
    expect(ask(table, {}, onPrem)).toBe("boundary is on-prem, us or eu is required");
  });

  it("requires each entry that applies", () => {
    const both = { tenant: "bank", labels: { data: "health" } };
    expect(ask(table, both, { boundary: "eu" })).toBe("boundary is eu, on-prem is required");
    expect(ask(table, both, onPrem)).toBe(true);
  });

  it("without otherwise requires nothing of other requests", () => {
    expect(ask({ byTenant: { clinic: "on-prem" } }, { tenant: "shop" }, {})).toBe(true);
  });

  describe("of a request without a tenant", () => {
    const tenants = { clinic: "on-prem", bank: ["eu", "on-prem"] };
    const nobody = "since the request has no tenant";

    it("requires the strictest of the tenants' values", () => {
      expect(ask({ byTenant: tenants }, {}, { boundary: "eu" })).toBe(
        `boundary is eu, on-prem is required, ${nobody}`,
      );
      expect(ask({ byTenant: tenants }, {}, {})).toContain("boundary is not known, on-prem is required");
      expect(ask({ byTenant: tenants }, {}, onPrem)).toBe(true);
      expect(ask({ byTenant: tenants }, { tenant: "shop" }, {})).toBe(true);
    });

    it("requires what all have in common where none is within the others", () => {
      const crossing = { byTenant: { one: ["eu", "us"], other: ["eu", "ch"] } };
      expect(ask(crossing, {}, { boundary: "us" })).toBe(`boundary is us, eu is required, ${nobody}`);
      expect(ask(crossing, {}, { boundary: "eu" })).toBe(true);
    });

    it("requires the values of its labels as well", () => {
      const both = { byTenant: tenants, byLabel: { data: { personal: "eu" } } };
      expect(ask(both, { labels: { data: "personal" } }, onPrem)).toBe("boundary is on-prem, eu is required");
    });

    it("has to be stated where the tenants have no value in common", () => {
      const apart = { clinic: "on-prem", bank: "eu" };
      expect(() => boundary({ label: "boundary", required: { byTenant: apart } })).toThrow(
        /^boundary\.required\.withoutTenant must be given, or otherwise, .* none in common/,
      );
      expect(ask({ byTenant: apart, otherwise: "us" }, {}, { boundary: "us" })).toBe(true);
      expect(ask({ byTenant: apart, withoutTenant: "us" }, {}, { boundary: "us" })).toBe(true);
      expect(ask({ byTenant: apart, withoutTenant: true }, {}, {})).toBe(true);
      expect(ask({ byTenant: apart, withoutTenant: false }, {}, onPrem)).toBe(
        `no boundary is permitted, ${nobody}`,
      );
      expect(ask({ byTenant: apart, withoutTenant: false }, { tenant: "shop" }, {})).toBe(true);
    });

    it("requires what is stated in place of otherwise", () => {
      const table = { byTenant: tenants, otherwise: "us" };
      expect(ask(table, {}, { boundary: "us" })).toBe(true);
      expect(ask({ ...table, withoutTenant: "eu" }, {}, { boundary: "us" })).toContain("eu is required");
      expect(ask({ ...table, withoutTenant: true }, {}, { boundary: "eu" })).toBe(true);
    });
  });

  it("finds nothing under names of object internals", () => {
    for (const name of ["constructor", "__proto__", "toString"]) {
      expect(ask({ byTenant: { clinic: "on-prem" } }, { tenant: name, labels: { [name]: name } }, {})).toBe(
        true,
      );
      expect(
        boundary({ label: name, required: "x" }).permits(modelWith({}), {
          request: factsOf(),
          hop: "answer",
          now: 0,
        }),
      ).toBe(`${name} is not known, x is required`);
    }
  });
});

test.each<[string, unknown]>([
  ["boundary.required", { label: "boundary" }],
  ["boundary.required", { label: "boundary", required: "" }],
  ["boundary.required", { label: "boundary", required: [] }],
  ["boundary.required", { label: "boundary", required: {} }],
  ["boundary.required.byTenant.clinic", { label: "boundary", required: { byTenant: { clinic: 1 } } }],
  ["boundary.required.byLabel.data", { label: "boundary", required: { byLabel: { data: "health" } } }],
  ["boundary.required.withoutTenant", { label: "boundary", required: { withoutTenant: 1 } }],
  ["boundary.required.withoutTenant", { label: "boundary", required: { withoutTenant: [] } }],
  ["boundary.required.otherwise", { label: "boundary", required: { otherwise: "" } }],
])("%s is checked when the constraint is created", (option, options) => {
  const error = (() => {
    try {
      return boundary(options as BoundaryOptions);
    } catch (caught) {
      return caught;
    }
  })();
  expect(error).toBeInstanceOf(InvalidOptionError);
  expect(error).toMatchObject({ option });
});
