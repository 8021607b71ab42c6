import { describe, expect, it } from "vitest";
import { always } from "../../../policies/index.ts";
import { createRouter, type EventSink, type RouterEvent } from "../../../src/index.ts";
import { fakeModel } from "../../../src/testing/index.ts";

const make = (onEvent?: EventSink) =>
  createRouter({
    models: { small: fakeModel({ model: "small" }) },
    policy: always("small"),
    ...(onEvent && { onEvent }),
  });

const typesOf = (events: readonly RouterEvent[]) => events.map(({ type }) => type);
const allTypes = ["decision-made", "attempt-started", "attempt-ended", "request-completed"];

describe("router.observe", () => {
  it("adds a listener after construction, until the returned function is called", async () => {
    const router = make();
    await router.route("before");
    const events: RouterEvent[] = [];
    const remove = router.observe((event) => events.push(event));
    await router.route("during");
    remove();
    remove();
    await router.route("after");
    expect(typesOf(events)).toEqual(allTypes);
  });

  it("hands each event to all listeners, in the order in which they were added", async () => {
    const heard: string[] = [];
    const router = make((event) => heard.push(`first ${event.type}`));
    router.observe((event) => heard.push(`second ${event.type}`));
    await router.route("x");
    expect(heard).toEqual(allTypes.flatMap((type) => [`first ${type}`, `second ${type}`]));
  });

  it("survives a listener that throws, one that rejects, and one that removes itself", async () => {
    const router = make(() => {
      throw new Error("broken");
    });
    router.observe((async () => Promise.reject(new Error("broken"))) as EventSink);
    let calls = 0;
    const remove = router.observe(() => {
      calls += 1;
      remove();
    });
    const events: RouterEvent[] = [];
    router.observe((event) => events.push(event));
    expect((await router.route("x")).decision.model).toBe("small");
    expect(calls).toBe(1);
    expect(typesOf(events)).toEqual(allTypes);
  });

  it("counts a listener that is added twice as two", async () => {
    const router = make();
    let calls = 0;
    const count = () => {
      calls += 1;
    };
    const remove = router.observe(count);
    router.observe(count);
    await router.route("x");
    expect(calls).toBe(2 * allTypes.length);
    remove();
    await router.route("x");
    expect(calls).toBe(3 * allTypes.length);
  });

  it("has its listeners closed with the router, and those removed before not", async () => {
    const closed: string[] = [];
    const sink = (name: string): EventSink =>
      Object.assign(() => {}, {
        close: async () => {
          closed.push(name);
        },
      });
    const router = make(sink("first"));
    router.observe(sink("second"));
    router.observe(sink("removed"))();
    await router.close();
    expect(closed.toSorted()).toEqual(["first", "second"]);
  });

  it("closes the other listeners where one throws while it is closed", async () => {
    const broken: EventSink = Object.assign(() => {}, {
      close: () => {
        throw new Error("broken");
      },
    });
    const router = make(broken);
    let closed = false;
    router.observe(
      Object.assign(() => {}, {
        close: async () => {
          closed = true;
        },
      }),
    );
    await expect(router.close()).rejects.toThrow("broken");
    expect(closed).toBe(true);
  });

  it("refuses what is not a function", () => {
    const observe = () => make().observe("log" as never);
    expect(observe).toThrow(expect.objectContaining({ code: "invalid-option", option: "observe.sink" }));
  });
});
