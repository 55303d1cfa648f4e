import { allowedGlobals, type PickleGlobal } from "./allowedGlobals.js";
import { opcodeName } from "./opcodeName.js";
import { PickleReader } from "./pickleReader.js";
import { PickleBuild, PickleTuple, type PickleValue } from "./pickleValue.js";

/** Newest protocol that is known. */
const NEWEST_PROTOCOL = 5;

/** The opcode that every file of protocol 2 and later starts with. */
const PROTO = 0x80;

const MARK = Symbol("mark");

/**
 * Reads a pickle of protocol 2 to 5 that holds numpy arrays, scipy.sparse matrices and plain values.
 *
 * A pickle is a program: in Python, loading one from elsewhere runs what its author wishes. Here nothing is run. The
 * only opcodes that are understood build plain values; the only names that may be called are those of
 * {@link allowedGlobals}, each standing for a function of this program that makes inert values; all else is refused.
 *
 * @throws PickleError naming the byte
 */
export function readPickle(bytes: Buffer): PickleValue {
  const reader = new PickleReader(bytes);
  const stack: (PickleValue | typeof MARK)[] = [];
  const memo = new Map<number, PickleValue>();

  const pop = (): PickleValue => {
    const value = stack.pop();
    if (value === undefined || value === MARK) throw reader.problem("a value is missing on the stack");
    return value;
  };
  const popToMark = (): PickleValue[] => {
    const from = stack.lastIndexOf(MARK);
    if (from < 0) throw reader.problem("a mark is missing on the stack");
    const values = stack.splice(from);
    return values.slice(1) as PickleValue[];
  };
  const top = (): PickleValue => {
    const value = pop();
    stack.push(value);
    return value;
  };
  const tuple = (length: number): void => {
    const items = Array.from({ length }, pop).reverse();
    stack.push(new PickleTuple(items));
  };
  const append = (items: readonly PickleValue[]): void => {
    const list = top();
    if (!Array.isArray(list)) throw reader.problem("values are appended to what is no list");
    for (const item of items) list.push(item);
  };
  const setItems = (items: readonly PickleValue[]): void => {
    const dict = top();
    if (!(dict instanceof Map) || items.length % 2 !== 0)
      throw reader.problem("items are set in what is no dict");
    for (let index = 0; index < items.length; index += 2) {
      const key = items[index]!;
      if (typeof key !== "string") throw reader.problem("a dict has a key that is no text");
      dict.set(key, items[index + 1]!);
    }
  };
  const recall = (index: number): void => {
    const value = memo.get(index);
    if (value === undefined) throw reader.problem(`the memo has no entry ${index}`);
    stack.push(value);
  };
  const global = (module: PickleValue, name: PickleValue): void => {
    const path = typeof module === "string" && typeof name === "string" ? `${module}.${name}` : "";
    const found = allowedGlobals.get(path);
    if (found === undefined) {
      throw reader.problem(
        `the file asks for ${JSON.stringify(path)}, which no matrix of numbers needs; refused`,
      );
    }
    stack.push(found);
  };
  const call = (target: PickleValue, given: PickleValue, how: PickleGlobal["how"]): void => {
    const isGlobal = typeof target === "object" && target !== null && "how" in target;
    if (!isGlobal || target.how !== how || !(given instanceof PickleTuple)) {
      throw reader.problem("the file calls what is no function or class");
    }
    stack.push(target.make(given.items, (sentence) => reader.problem(sentence)));
  };

  if (bytes[0] !== PROTO) throw reader.problem("this is not a pickle of protocol 2 to 5");
  for (;;) {
    const opcode = reader.opcode();
    const name = opcodeName(opcode);
    switch (name) {
      case "PROTO": {
        const protocol = reader.unsigned(1);
        if (protocol > NEWEST_PROTOCOL) throw reader.problem(`pickle protocol ${protocol} is unknown`);
        break;
      }
      case "FRAME":
        reader.length64();
        break;
      case "STOP": {
        const value = pop();
        if (stack.length > 0) throw reader.problem("values are left on the stack");
        return value;
      }
      case "MARK":
        stack.push(MARK);
        break;
      case "POP":
        pop();
        break;
      case "POP_MARK":
        popToMark();
        break;
      case "NONE":
        stack.push(null);
        break;
      case "NEWTRUE":
        stack.push(true);
        break;
      case "NEWFALSE":
        stack.push(false);
        break;
      case "BININT":
        stack.push(reader.signed32());
        break;
      case "BININT1":
        stack.push(reader.unsigned(1));
        break;
      case "BININT2":
        stack.push(reader.unsigned(2));
        break;
      case "LONG1":
        stack.push(reader.long(reader.unsigned(1)));
        break;
      case "LONG4":
        stack.push(reader.long(reader.unsigned(4)));
        break;
      case "BINFLOAT":
        stack.push(reader.float());
        break;
      case "SHORT_BINUNICODE":
        stack.push(reader.take(reader.unsigned(1)).toString("utf8"));
        break;
      case "BINUNICODE":
        stack.push(reader.take(reader.unsigned(4)).toString("utf8"));
        break;
      case "BINUNICODE8":
        stack.push(reader.take(reader.length64()).toString("utf8"));
        break;
      // Text of Python 2 is bytes; names of it are ASCII.
      case "SHORT_BINSTRING":
        stack.push(reader.take(reader.unsigned(1)).toString("latin1"));
        break;
      case "BINSTRING":
        stack.push(reader.take(reader.unsigned(4)).toString("latin1"));
        break;
      case "SHORT_BINBYTES":
        stack.push(reader.take(reader.unsigned(1)));
        break;
      case "BINBYTES":
        stack.push(reader.take(reader.unsigned(4)));
        break;
      case "BINBYTES8":
      case "BYTEARRAY8":
        stack.push(reader.take(reader.length64()));
        break;
      case "EMPTY_TUPLE":
        stack.push(new PickleTuple([]));
        break;
      case "TUPLE1":
        tuple(1);
        break;
      case "TUPLE2":
        tuple(2);
        break;
      case "TUPLE3":
        tuple(3);
        break;
      case "TUPLE":
        stack.push(new PickleTuple(popToMark()));
        break;
      case "EMPTY_LIST":
        stack.push([]);
        break;
      case "APPEND":
        append([pop()]);
        break;
      case "APPENDS":
        append(popToMark());
        break;
      case "EMPTY_DICT":
        stack.push(new Map<string, PickleValue>());
        break;
      case "SETITEM":
        setItems([pop(), pop()].reverse());
        break;
      case "SETITEMS":
        setItems(popToMark());
        break;
      case "BINPUT":
        memo.set(reader.unsigned(1), top());
        break;
      case "LONG_BINPUT":
        memo.set(reader.unsigned(4), top());
        break;
      case "MEMOIZE":
        memo.set(memo.size, top());
        break;
      case "BINGET":
        recall(reader.unsigned(1));
        break;
      case "LONG_BINGET":
        recall(reader.unsigned(4));
        break;
      case "GLOBAL":
        global(reader.line(), reader.line());
        break;
      case "STACK_GLOBAL": {
        const [own, module] = [pop(), pop()];
        global(module, own);
        break;
      }
      case "REDUCE": {
        const given = pop();
        call(pop(), given, "called");
        break;
      }
      case "NEWOBJ": {
        const given = pop();
        call(pop(), given, "instantiated");
        break;
      }
      case "BUILD": {
        const state = pop();
        const target = pop();
        if (!(target instanceof PickleBuild))
          throw reader.problem("the file sets the state of a plain value");
        stack.push(target.build(state, (sentence) => reader.problem(sentence)));
        break;
      }
      default:
        throw reader.problem(
          name === null
            ? `there is no opcode 0x${opcode.toString(16).padStart(2, "0")}`
            : `the opcode ${name} is not among those that a matrix needs; refused`,
        );
    }
  }
}
