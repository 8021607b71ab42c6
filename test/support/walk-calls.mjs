import { relative, sep } from "node:path";
import ts from "typescript";

const rooms = /^(?:src|policies|evals|cli|studies)\//;
const floors = /^src\/(?:contracts|plugin)\//;

/** True for a path of code that a walk enters. */
export const isWalked = (path) => rooms.test(path) && !floors.test(path);

export const isFunctionValue = (node) => ts.isArrowFunction(node) || ts.isFunctionExpression(node);

const isNaming = (node) =>
  ts.isVariableDeclaration(node) ||
  ts.isPropertyAssignment(node) ||
  ts.isPropertyDeclaration(node) ||
  ts.isClassLike(node) ||
  ts.isFunctionLike(node);

/** Names a function as a reader would: `decide`, `Walk.begin`, `new Walk`, `outer.inner`. */
export function nameOf(node) {
  const names = [];
  for (let one = node; one !== undefined; one = one.parent)
    if (isNaming(one) && one.name) names.unshift(one.name.getText());
  return `${ts.isClassLike(node) ? "new " : ""}${names.join(".") || "default"}`;
}

/** Removes brackets, and what changes only the type. */
export function bare(node) {
  const isAround =
    ts.isParenthesizedExpression(node) ||
    ts.isAsExpression(node) ||
    ts.isSatisfiesExpression(node) ||
    ts.isNonNullExpression(node);
  return isAround ? bare(node.expression) : node;
}

const isSuper = (node) => node.kind === ts.SyntaxKind.SuperKeyword;
const isFromPackage = (node) => node.getSourceFile().isDeclarationFile;
const hasModifier = (node, flag) => (ts.getCombinedModifierFlags(node) & flag) !== 0;

/** True if a name keeps what it was first given; a variable that may be set again is a value. */
const isFixed = (node) =>
  ts.isPropertyAssignment(node) ||
  (ts.isVariableDeclaration(node) && (ts.getCombinedNodeFlags(node) & ts.NodeFlags.Const) !== 0) ||
  (ts.isPropertyDeclaration(node) && hasModifier(node, ts.ModifierFlags.Readonly));

const isAssigned = (node) =>
  node.parent.left === node && node.parent.operatorToken?.kind === ts.SyntaxKind.EqualsToken;

const constructorOf = (type) => type.members.find((one) => ts.isConstructorDeclaration(one) && one.body);
const baseOf = (type) =>
  type.heritageClauses?.find(({ token }) => token === ts.SyntaxKind.ExtendsKeyword)?.types[0]?.expression;
const fieldsOf = (type) =>
  type.members
    .filter((one) => ts.isPropertyDeclaration(one) && !hasModifier(one, ts.ModifierFlags.Static))
    .map(({ initializer }) => initializer)
    .filter((value) => value !== undefined && !isFunctionValue(value));

/**
 * Walks from a function, as walk.mjs describes it. Returns the functions in the order in which they are entered, and what could not
 * be followed.
 */
export function walkCalls(checker, root, start) {
  const entered = new Set();
  const entries = [];
  const values = [];
  let depth = 0;

  const pathOf = (node) => relative(root, node.getSourceFile().fileName).split(sep).join("/");
  const isOurs = (target) => target !== undefined && isWalked(pathOf(target));
  const runs = (target) => isOurs(target) && target.body !== undefined && !ts.isAccessor(target);

  /** Returns the function or class that an expression is or names, also one of a package; undefined for a value. */
  function targetOf(expression) {
    const inner = bare(expression);
    if (isFunctionValue(inner) || ts.isClassExpression(inner)) return inner;
    if (ts.isIdentifier(inner)) return declared(checker.getSymbolAtLocation(inner));
    if (ts.isPropertyAccessExpression(inner)) return declared(checker.getSymbolAtLocation(inner.name));
    const key = inner.argumentExpression;
    return key && ts.isStringLiteral(key) ? declared(checker.getSymbolAtLocation(key)) : undefined;
  }

  function declared(found) {
    const symbol = found && found.flags & ts.SymbolFlags.Alias ? checker.getAliasedSymbol(found) : found;
    const all = symbol?.declarations ?? [];
    if (all.every(isFromPackage)) return all[0];
    // Declarations in several places are the members of a union: which one is called is not known.
    if (all.some(({ parent }) => parent !== all[0].parent)) return undefined;
    const node = all.find((one) => one.body !== undefined) ?? all[0];
    if (node.body !== undefined || ts.isClassLike(node)) return node;
    if (ts.isShorthandPropertyAssignment(node))
      return declared(checker.getShorthandAssignmentValueSymbol(node));
    // `const { load } = await import(…)`: the function of the module, not its local name.
    if (ts.isBindingElement(node) && ts.isObjectBindingPattern(node.parent) && !node.dotDotDotToken) {
      const key = (node.propertyName ?? node.name).getText();
      return declared(checker.getTypeAtLocation(node.parent).getProperty(key));
    }
    return isFixed(node) && node.initializer ? targetOf(node.initializer) : undefined;
  }

  function note(kind, node) {
    const source = node.getSourceFile();
    const line = source.getLineAndCharacterOfPosition(node.getStart()).line + 1;
    const text = node.getText().replace(/\s+/g, " ");
    values.push({ kind, file: pathOf(node), line, text: text.length > 70 ? `${text.slice(0, 69)}…` : text });
  }

  function enter(target, from) {
    if (entered.has(target)) return;
    entered.add(target);
    const outer = ts.findAncestor(target.parent, ts.isFunctionLike);
    const isInner = outer !== undefined && ts.findAncestor(from, (node) => node === outer) !== undefined;
    // A class without code of its own has nothing to read.
    const isEmpty = ts.isClassLike(target) && !constructorOf(target) && fieldsOf(target).length === 0;
    if (!isInner && !isEmpty) entries.push({ file: pathOf(target), name: nameOf(target), depth });
    depth += isInner ? 0 : 1;
    if (ts.isClassLike(target)) runClass(target);
    else [...target.parameters, target.body].forEach(visit);
    depth -= isInner ? 0 : 1;
  }

  function runClass(type) {
    const written = constructorOf(type);
    const base = baseOf(type);
    if (written === undefined && base) construct(base);
    // The fields of a class with a base come after `super(…)`.
    if (written === undefined || base === undefined) fieldsOf(type).forEach(visit);
    if (written) [...written.parameters, written.body].forEach(visit);
  }

  function construct(expression) {
    const target = targetOf(expression);
    if (target === undefined) note("call", expression);
    else if (ts.isClassLike(target) && isOurs(target)) enter(target, expression);
  }

  function call(node) {
    const callee = bare(node.expression ?? node.tag);
    const target = isSuper(callee) ? undefined : targetOf(callee);
    if (ts.isPropertyAccessExpression(callee)) visit(callee.expression);
    else if (target === undefined && !ts.isIdentifier(callee)) visit(callee);
    const given = node.arguments ?? [];
    const isLeft = target !== undefined && !isOurs(target);
    // Functions that are given to code outside of the walk run in the call, after all arguments have been evaluated.
    const run = isLeft ? given.filter((one) => runs(targetOf(one))) : [];
    for (const one of given) if (!run.includes(one)) visit(one);
    visit(node.template);
    for (const one of run) enter(targetOf(one), node);
    if (isSuper(callee)) {
      const type = ts.findAncestor(node, ts.isClassLike);
      construct(baseOf(type));
      fieldsOf(type).forEach(visit);
    } else if (ts.isNewExpression(node)) construct(callee);
    else if (runs(target)) enter(target, node);
    else if (!isLeft && callee.kind !== ts.SyntaxKind.ImportKeyword) note("call", callee);
  }

  /** Looks at a name that is read and not called: a getter runs, a function is handed over. */
  function read(node, target) {
    if (runs(target)) note("function", node);
    else if (isOurs(target) && ts.isGetAccessor(target) && target.body) enter(target, node);
  }

  /** Visits code in the order of evaluation, which is mostly that of the text. */
  function visit(node) {
    if (node === undefined || ts.isTypeNode(node) || ts.isClassLike(node) || ts.isFunctionDeclaration(node))
      return;
    if (ts.isCallExpression(node) || ts.isNewExpression(node) || ts.isTaggedTemplateExpression(node))
      call(node);
    else if (ts.isVariableDeclaration(node) || ts.isBindingElement(node) || ts.isParameter(node)) {
      const { name, initializer } = node;
      // A local function is looked at where its name is used.
      const isNamed = ts.isVariableDeclaration(node) && initializer && isFunctionValue(bare(initializer));
      if (!isNamed) visit(initializer);
      if (!ts.isIdentifier(name)) visit(name);
    } else if (ts.isFunctionLike(node)) {
      if (!ts.isAccessor(node)) note("function", node);
    } else if (ts.isShorthandPropertyAssignment(node))
      read(node, declared(checker.getShorthandAssignmentValueSymbol(node)));
    else if (ts.isIdentifier(node)) {
      if (node.parent.name !== node) read(node, targetOf(node));
    } else if (ts.isPropertyAccessExpression(node)) {
      visit(node.expression);
      if (!isAssigned(node)) read(node, targetOf(node));
    } else if (ts.isForStatement(node))
      [node.initializer, node.condition, node.statement, node.incrementor].forEach(visit);
    else if (ts.isForOfStatement(node) || ts.isForInStatement(node))
      [node.expression, node.initializer, node.statement].forEach(visit);
    else ts.forEachChild(node, visit);
  }

  enter(start, start);
  return { entries, values };
}
