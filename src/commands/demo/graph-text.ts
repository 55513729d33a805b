export interface DemoPrograms {
  /** Absolute path of the Node that gates run on. */
  readonly node: string;
  /** Absolute path of the script that plays the agent. */
  readonly agent: string;
  /** Attempts for each task before it is a person's to try it again. */
  readonly attempts: 1 | 2;
}

const ATTEMPTS = {
  1: '1 # a task that fails stays so until a person tries it again',
  2: '2 # a task that fails is tried once more, from a clean branch',
} as const;

/** The demo's graph file; JSON's strings are YAML's too. */
export function demoGraph({ node, agent, attempts }: DemoPrograms): string {
  return `# The graph of the demo: nine tasks in three lanes.
# "agentrelay schema" prints every key; "agentrelay dry-run" shows what this file would run.

name: shop
forge: local # merges by git alone; "gh" would make pull requests on GitHub
max_concurrency: 4 # agents at work at once
max_task_attempts: ${ATTEMPTS[attempts]}

# Keys of a task that stand at the top are the default of every task. With a real agent this would be
#   primary_agent: { framework: claude_code }
primary_agent:
  framework: command # any program; {task}, {attempt}, {prompt} and {instructions} are filled in
  command: [/bin/sh, ${JSON.stringify(agent)}, "{task}", "{attempt}"]

# A lane has an integration branch of its own, agentrelay/shop/ws/<id>, into which its tasks are merged.
workstreams:
  - id: cart
    auto_merge: true # into main, once all its tasks have succeeded
  - id: rules
    parallel: true # its tasks run at once, each in its own worktree; their merges queue
    auto_merge: true # unless a task raises a concern: then a person decides
  - id: bill
    auto_merge: true

tasks:
  # The first line of a description is the subject of the task's merge.
  # Lane cart: a chain. Each task finds the work of the one before it on its branch.
  - id: cart-spec
    workstream_id: cart
    role: spec_writer
    description: |
      Specify the cart
      What can be put in, how equal items are joined, what it costs, what is refused.
    paths: { spec: [docs/cart.md] }

  - id: cart-tests
    workstream_id: cart
    role: test_writer
    dependencies: [cart-spec]
    description: |
      Write the tests of the cart
      One for each rule of the specification. They fail until the code is there.
    inputs_from: { task: cart-spec, category: spec } # the files that it declared are named to the agent
    paths: { test: [test/cart.test.js] }

  - id: cart-code
    workstream_id: cart
    role: implementer
    dependencies: [cart-tests]
    description: |
      Build the cart
      As docs/cart.md specifies it; test/cart.test.js must pass.
    paths: { src: [src/cart.js] }
    # Must succeed on the finished commit before it is merged. A failure goes back to the agent, in its terminal.
    completion_gate: [${JSON.stringify(node)}, --test, --test-reporter=tap]
    max_gate_attempts: 3

  # Lane rules: nothing depends on anything, so all three are at work at once.
  - id: coupons
    workstream_id: rules
    description: Take coupons off a price
    paths: { src: [src/coupons.js], test: [test/coupons.test.js] }
    completion_gate: [${JSON.stringify(node)}, --test, --test-reporter=tap]

  - id: shipping
    workstream_id: rules
    description: Price the shipping by weight
    paths: { src: [src/shipping.js], test: [test/shipping.test.js] }
    completion_gate: [${JSON.stringify(node)}, --test, --test-reporter=tap]

  - id: tax
    workstream_id: rules
    description: Compute the tax of a price
    paths: { src: [src/tax.js], test: [test/tax.test.js] }
    completion_gate: [${JSON.stringify(node)}, --test, --test-reporter=tap]

  # Lane bill: its first task starts at once, its second needs the cart.
  - id: bill-spec
    workstream_id: bill
    role: spec_writer
    description: Specify the bill
    paths: { spec: [docs/bill.md] }

  - id: bill-code
    workstream_id: bill
    role: implementer
    # cart-code is a task of another lane: this one waits until that lane is merged, and then has its work.
    dependencies: [bill-spec, cart-code]
    description: |
      Print the bill of a cart
      As docs/bill.md specifies it, with tests.
    paths: { src: [src/bill.js], test: [test/bill.test.js] }
    completion_gate: [${JSON.stringify(node)}, --test, --test-reporter=tap]

  - id: bill-review
    workstream_id: bill
    role: test_reviewer
    dependencies: [bill-code]
    description: Review the tests of the bill
    paths: { test: [test/bill.test.js] }
`;
}
