/**
 * Short later turns of a conversation with the turns before them: lines of `U:` and `A:`, of which the last is the ask; `>` begins
 * an easy one, `!` a hard one. Written for this project.
 */
export const laterTurns = `
! U: Prove that every bounded monotone sequence of reals converges. | A: Let S be the set of its values; by completeness it has a supremum. | U: and if it is only bounded above?
! U: Our payment service double-charges when the broker redelivers. | A: Are the handlers idempotent? | U: no, fix the design
! U: Implement a persistent segment tree with range updates. | A: Here is the node structure and the build step. | U: continue
! U: Compare the liability regimes of the two drafts of the AI act. | A: The first draft is fault-based. | U: go deeper
! U: Derive the gradient of the log-likelihood of a Gaussian process with respect to its kernel parameters. | A: It begins with the marginal likelihood. | U: do it
! U: Why does our Raft cluster lose its leader under clock skew? | A: Elections depend on timeouts. | U: that is not the cause, try again
! U: Design a scheduler for GPU jobs with preemption and fairness. | A: Shall I include gang scheduling? | U: yes, go ahead
! U: A patient with cirrhosis has a creatinine that doubled in five days. | A: Hepatorenal syndrome is likely. | U: what else, and how to tell?
! U: Beweise den Satz von Cayley-Hamilton. | A: Für diagonalisierbare Matrizen ist er klar. | U: und allgemein?
! U: Price a convertible bond with credit risk by a lattice. | A: The lattice needs a default branch. | U: show the derivation
! U: Formalise the proof that sorting needs n log n comparisons in Lean. | A: We need decision trees. | U: write it
! U: Analyse the deadlock in the transaction log I sent. | A: Two transactions lock pages in opposite order. | U: why only on Mondays?
! U: 请推导EM算法并证明其单调收敛。 | A: 先写出对数似然的下界。 | U: 继续
! U: Démontrez le théorème de Bolzano-Weierstrass. | A: On procède par dichotomie. | U: continuez
> U: What's a good name for a grey kitten? | A: Smokey, Ash or Misty. | U: more please
> U: Translate good night to Spanish. | A: Buenas noches. | U: and French?
> U: What is the capital of Peru? | A: Lima. | U: and Chile?
> U: hi | A: Hello! How can I help? | U: nothing, just saying hi
> U: Tell me a joke. | A: Why did the chicken cross the road? To get to the other side. | U: another one
> U: Write a birthday wish for my sister. | A: Happy birthday to the best sister! | U: shorter
> U: Sort these: pear, apple, fig | A: apple, fig, pear | U: now in upper case
> U: How long do I boil an egg? | A: About eight minutes for hard. | U: and soft?
> U: When does the shop open? | A: At nine. | U: ok thanks
> U: Fix my spelling: helo wrld | A: Hello world | U: thanks!
> U: Wie heißt die Hauptstadt von Spanien? | A: Madrid. | U: und von Italien?
> U: Fais une liste de cinq fruits. | A: Pomme, poire, banane, kiwi, fraise. | U: encore cinq
> U: 讲个笑话。 | A: 好的，从前有一只鸭子…… | U: 再来一个
> U: Is 21 odd? | A: Yes. | U: and 44?
> U: Set a timer for ten minutes. | A: Done. | U: make it twelve
> U: What colours are in the French flag? | A: Blue, white and red. | U: and the Dutch one?
> U: Play some music. | A: What kind? | U: jazz
`;
