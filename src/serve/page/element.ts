/**
 * An element of a page as plain data: the live page makes nodes of it, and a page that is a file is written of it. So both show
 * the same cards.
 */
export interface PageElement {
  readonly tag: string;
  readonly attributes: Attributes;
  readonly children: readonly Child[];
}

export type Child = PageElement | string | number | null | undefined | false;

/** True: present, without a value. Undefined and false: absent. */
export type Attributes = Readonly<Record<string, string | number | boolean | undefined | Style>>;

/** Properties of the attribute `style`: the policy of the live page forbids it as a text. */
export type Style = Readonly<Record<string, string>>;

/** Describes an element. */
export function h(
  tag: string,
  attributes: Attributes = {},
  ...children: readonly (Child | readonly Child[])[]
): PageElement {
  return { tag, attributes, children: children.flat() as Child[] };
}
