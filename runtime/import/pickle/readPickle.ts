import { allowedGlobals, type PickleGlobal } from "./allowedGlobals.js";
import { opcodeName } from "./opcodeName.js";
import { PickleReader } from "./pickleReader.js";
import { PickleStack } from "./pickleStack.js";
import { PickleBuild, PickleTuple, type PickleValue } from "./pickleValue.js";

/** Newest protocol that is known. */
const NEWEST_PROTOCOL = 5;

/** The opcode that every file of protocol 2 and later starts with. */
const PROTO = 0x80;

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
  const stack = new PickleStack((sentence) => reader.problem(sentence));
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
        return stack.last();
      }
      case "MARK":
        stack.mark();
        break;
      case "POP":
        stack.pop();
        break;
      case "POP_MARK":
        stack.popToMark();
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
        stack.tuple(1);
        break;
      case "TUPLE2":
        stack.tuple(2);
        break;
      case "TUPLE3":
        stack.tuple(3);
        break;
      case "TUPLE":
        stack.push(new PickleTuple(stack.popToMark()));
        break;
      case "EMPTY_LIST":
        stack.push([]);
        break;
      case "APPEND":
        stack.append([stack.pop()]);
        break;
      case "APPENDS":
        stack.append(stack.popToMark());
        break;
      case "EMPTY_DICT":
        stack.push(new Map<string, PickleValue>());
        break;
      case "SETITEM":
        stack.setItems([stack.pop(), stack.pop()].reverse());
        break;
      case "SETITEMS":
        stack.setItems(stack.popToMark());
        break;
      case "BINPUT":
        stack.remember(reader.unsigned(1));
        break;
      case "LONG_BINPUT":
        stack.remember(reader.unsigned(4));
        break;
      case "MEMOIZE":
        stack.remember(null);
        break;
      case "BINGET":
        stack.recall(reader.unsigned(1));
        break;
      case "LONG_BINGET":
        stack.recall(reader.unsigned(4));
        break;
      case "GLOBAL":
        global(reader.line(), reader.line());
        break;
      case "STACK_GLOBAL": {
        const [own, module] = [stack.pop(), stack.pop()];
        global(module, own);
        break;
      }
      case "REDUCE": {
        const given = stack.pop();
        call(stack.pop(), given, "called");
        break;
      }
      case "NEWOBJ": {
        const given = stack.pop();
        call(stack.pop(), given, "instantiated");
        break;
      }
      case "BUILD": {
        const state = stack.pop();
        const target = stack.pop();
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
