/**
 * Short prompts that are undisputedly hard, by topic and language: one a line under a heading. Written for this
 * project.
 */
export const hard = `
## mathematics en
Prove that there are infinitely many primes of the form 4k + 3.
Why is every finite integral domain a field?
Show that the harmonic series diverges, then estimate how many terms are needed to pass 100.
Is e + pi irrational? What is known, and why is it hard?
Find all continuous f with f(x + y) = f(x) f(y) for real x and y.
derive the euler-lagrange equation from scratch
Can the plane be coloured with four colours so that no two points at distance 1 match?
Evaluate the integral of ln(1+x)/(1+x^2) from 0 to 1 in closed form.
Explain why the Banach-Tarski paradox needs the axiom of choice.
How many groups of order 12 are there up to isomorphism? Justify.
Compute the homology of the Klein bottle.
Give a counterexample to the converse of Lagrange's theorem and prove that it works.
Sketch a proof of the central limit theorem using characteristic functions
I believe sqrt(2)^sqrt(2) is rational. Convince me otherwise.
What is the expected number of coin tosses until HTHT appears?
Determine the radius of convergence of sum n! x^(n^2).
Prove or disprove: every continuous bijection of compact spaces is a homeomorphism.
Solve y'' + y = tan x by variation of parameters
Under which conditions does gradient descent converge linearly? Prove your claim.
Show the number of derangements of n items is the integer nearest n!/e.
## code en
Implement a lock-free multi-producer queue in C++ and argue that it is free of ABA problems.
Write a regex engine with backreferences, and say what its worst case costs.
our consumer group rebalances every few minutes under load, how would you find the root cause?
Design a type checker for a language with higher-rank polymorphism.
Refactor a recursive descent parser into a Pratt parser that keeps error recovery.
Why does this deadlock only appear with three or more writers?
Build a CRDT for collaborative rich text with undo.
Write a garbage collector for a toy VM; generational, with write barriers.
How do I make a B-tree crash safe without fsync on every write?
Port this algorithm to CUDA and hide the memory latency: segmented prefix sum.
Implement Raft leader election with pre-vote in Go, including tests for partitions.
Optimise a 4096 x 4096 matrix multiplication in plain C to within half of BLAS.
memory leaks in our node service after 36h, heap snapshots look clean. strategy?
Prove that your union-find with path compression is nearly linear.
Create a borrow checker for a small imperative language.
Write a solver for cryptarithms that beats brute force by constraint propagation.
Find an O(n log n) algorithm for the longest increasing subsequence and prove it correct.
Race condition between cache invalidation and replication lag: propose three designs and compare them.
Write a compiler pass that vectorises loops with conditional stores.
Design the schema migrations for moving a 5 TB table to a new shard key with no downtime.
## systems en
Design a rate limiter that works across five regions with bounded error.
How would you architect exactly-once payments on top of at-least-once queues?
Compare Paxos, Raft and EPaxos for geo-distributed writes with 3 % packet loss.
Plan a zero-downtime migration from a monolith to services for a bank with 200 tables.
What are the failure modes of a distributed lock with leases, and how do fencing tokens help?
Design a global feed for 300 million users; discuss fan-out, storage, hot keys and cost.
Work out the capacity for a video platform with 10k concurrent uploads and justify each number.
Our p99 doubled after enabling TLS 1.3 between services: build a hypothesis tree.
Is linearizability achievable with two replicas and an asynchronous network? Argue formally.
Threat-model a passwordless login for a hospital and rank mitigations by residual risk.
Design a multi-tenant vector database with strict isolation and predictable tail latency.
How do you roll back a schema change that has already been replicated to three data centres?
Make a disaster recovery plan with RPO of 30 seconds for a 40-node Postgres fleet
Explain why quorum reads can still return stale data in Dynamo-style stores.
## law en
May a German employer dismiss someone on sick leave for operational reasons? Analyse step by step.
Compare the duty to mitigate damages in English and Californian contract law.
Does a click-wrap arbitration clause bind a minor? Consider consumer law in the EU.
Assess whether a data transfer to a US processor survives Schrems II with standard clauses.
Draft an indemnity clause that caps liability but survives gross negligence, and defend it.
When does reverse engineering for interoperability infringe copyright?
Analyse veil piercing risks in a cross-border group with a thinly capitalised subsidiary.
What defences has a platform against contributory trademark infringement?
Who owns an invention made by an employee of a subcontractor on a joint project?
## medicine en
62-year-old on warfarin with new macrocytic anaemia and a falling platelet count: differential and work-up?
Explain how SGLT2 inhibitors cause euglycaemic ketoacidosis and how you would treat it.
Which antibiotics for endocarditis with a prosthetic valve and renal failure, and why?
Interpret pH 7.21, pCO2 28, bicarbonate 11, anion gap 24 in a patient with vomiting.
Weigh anticoagulation against bleeding risk in atrial fibrillation after a recent subdural haematoma.
Hyponatraemia of 118 with seizures: how fast may sodium be corrected and what is the mechanism of injury?
A child with recurrent Neisseria infections: what immune defect do you suspect and how do you prove it?
Design a trial to test whether a biomarker predicts response to immunotherapy.
How would you wean a patient with ARDS from prone ventilation?
## finance en
Price an American put with discrete dividends and explain early exercise.
Derive the Black-Scholes equation and state where each assumption fails.
How should a pension fund hedge liabilities with a duration of 18 years when swap spreads are negative?
Build a DCF for a loss-making SaaS firm and test it for terminal value risk.
Explain why volatility smiles steepened after 1987 and model it.
Compare Basel III standardised and internal approaches for a mortgage book of 4 bn.
What would an inverted yield curve mean for the net interest margin of a savings bank? Quantify.
Evaluate whether to refinance callable bonds given a stochastic short rate.
Decompose the tracking error of a smart beta fund into factor exposures.
## science en
Why is the neutrino mass evidence for physics beyond the standard model?
Derive the Chandrasekhar limit.
Explain how CRISPR off-target effects arise and propose an assay that quantifies them.
Predict the product of a Diels-Alder reaction with an electron-poor dienophile and justify the stereochemistry.
How does topological protection make Majorana qubits robust, and where does it break?
Estimate the temperature of a planet with a grey atmosphere of optical depth 2.
Explain renormalisation to a physicist who knows only classical field theory.
What limits the efficiency of a single-junction solar cell? Derive the bound.
Why do transition states stabilise enzymes' catalysis, and how do kinetic isotope effects show it?
Reconcile the black hole information paradox with unitarity: which proposals are consistent?
Model the spread of an epidemic with age structure and find the final size.
## philosophy en
Is moral responsibility compatible with determinism? Present the strongest argument on each side and judge.
Does Gödel's incompleteness refute mechanism about the mind?
Reconstruct Kant's transcendental deduction and find its weakest step.
Evaluate the repugnant conclusion and the best reply to it.
## strategy en
Our market share falls while satisfaction rises. Build three competing explanations and a way to tell them apart.
Devise an auction for spectrum that discourages collusion and prove it truthful.
Negotiate a joint venture in which both sides hold a veto: propose a mechanism for deadlock.
Plan the evacuation of a city of 400,000 under a 36 hour warning.
## mixed de
Beweise, dass die Wurzel aus 2 irrational ist und verallgemeinere auf alle Nichtquadrate.
Entwirf eine Architektur für ein verteiltes Zahlungssystem mit genau einmaliger Verarbeitung.
Warum ist das Halteproblem unentscheidbar? Führe den Beweis vollständig.
Leite die Navier-Stokes-Gleichungen aus der Impulserhaltung her.
Vergleiche die Haftung des Geschäftsführers nach GmbHG und die des Vorstands nach AktG anhand eines Falls.
Implementiere einen AVL-Baum mit Löschen in Rust und begründe die Laufzeit.
Welche Differentialdiagnosen hat eine plötzliche Pupillenerweiterung nach einem Sturz?
Analysiere, weshalb ein Mutex mit Prioritätsvererbung trotzdem zu Verklemmungen führen kann.
Bewerte eine Wandelanleihe mit Kündigungsrecht des Emittenten.
## mixed fr
Démontrez que tout groupe d'ordre premier est cyclique.
Concevez un système de réservation résistant aux pannes pour une compagnie aérienne.
Pourquoi l'axiome du choix équivaut-il au lemme de Zorn ?
Analysez les causes d'une fuite mémoire intermittente dans un serveur multithread.
Comparez la responsabilité contractuelle et délictuelle en droit français à l'aide d'un cas pratique.
Expliquez le mécanisme d'action des inhibiteurs de PARP et leurs résistances.
Calculez le prix d'une option barrière et discutez la discontinuité du delta.
Écrivez un ordonnanceur temps réel en C et prouvez qu'il respecte les échéances.
## mixed es
Demuestra que no existe una biyección entre los naturales y los reales.
Diseña una base de datos distribuida que tolere particiones y explica qué garantías pierdes.
¿Por qué el problema del viajante es NP-difícil? Da la reducción.
Deriva la ecuación de Schrödinger para el átomo de hidrógeno y resuélvela.
Analiza la validez de una cláusula de no competencia entre empresas de distintos países.
Propón un diagnóstico diferencial para fiebre, exantema y eosinofilia tras un viaje.
Implementa un recolector de basura incremental y discute sus invariantes.
Evalúa el riesgo de contraparte en una cartera de swaps exóticos.
## mixed pt
Prove que a soma dos inversos dos primos diverge.
Projete um sistema de detecção de fraude em tempo real e discuta consistência e latência.
Explique por que o teorema de Arrow impede um sistema de votação perfeito.
Implemente um índice invertido compactado com busca por frases e analise a complexidade.
Qual é a conduta na crise tireotóxica com insuficiência cardíaca?
Deduza a fórmula de Euler para poliedros e mostre onde ela falha.
## mixed it
Dimostra il teorema di Bolzano-Weierstrass.
Progetta un protocollo di consenso per nodi che possono mentire.
Analizza i rischi giuridici di un algoritmo che assegna i turni ai dipendenti.
Ricava le equazioni di Maxwell in forma covariante.
Scrivi un interprete per il lambda calcolo tipato e dimostra la normalizzazione.
## mixed ru
Докажите, что множество простых чисел бесконечно, тремя разными способами.
Спроектируйте отказоустойчивую систему очередей с гарантией порядка сообщений.
Почему задача о рюкзаке NP-полна? Приведите сведение.
Выведите распределение Больцмана и объясните границы применимости.
Реализуйте персистентное дерево отрезков и оцените память.
Как отличить синдром Иценко-Кушинга от псевдокушинга? Обоснуйте план обследования.
Проанализируйте, почему двухфазный коммит блокируется при отказе координатора.
Оцените опцион на максимум двух коррелированных активов.
## mixed zh
证明根号三是无理数，并推广到一般情形。
设计一个支持百万并发连接的消息系统，并分析瓶颈。
为什么分布式系统不能同时满足一致性、可用性和分区容错性？请严格论证。
推导卡尔曼滤波的更新方程并说明其最优性。
用Rust实现一个无锁哈希表，讨论内存回收。
分析股东代表诉讼在跨境并购中的适用问题。
一名长期使用激素的患者出现低钠血症，如何鉴别诊断？
给出快速傅里叶变换的推导并分析数值误差。
比较几种期权定价的蒙特卡洛方差缩减方法。
## mixed ja
素数が無限に存在することを証明してください。
分散データベースにおける線形化可能性を保証する設計を提案し、その限界を論じてください。
なぜP≠NP予想は難しいのか、既知の障壁を説明してください。
ロックフリーなスタックを実装し、ABA問題への対策を示してください。
敗血症性ショックにおける昇圧薬の選択を病態生理から論じよ。
シュレーディンガー方程式から水素原子のエネルギー準位を導出してください。
競業避止義務の有効性を判例に基づいて分析してください。
## mixed ko
소수가 무한함을 증명하고 같은 방법을 4k+3 꼴의 소수에 적용하세요.
여러 리전에 걸친 결제 시스템을 설계하고 장애 시나리오를 분석해 주세요.
정지 문제가 결정 불가능한 이유를 엄밀하게 설명하세요.
가비지 컬렉터의 세대별 가설을 검증하는 실험을 설계하세요.
블랙-숄즈 방정식을 유도하고 가정의 한계를 논하시오.
신부전 환자의 고칼륨혈증 치료 전략을 단계별로 논하세요.
## mixed ar
أثبت أن مجموعة الأعداد الحقيقية غير قابلة للعد.
صمم نظاماً موزعاً لمعالجة المدفوعات مع ضمان عدم التكرار وحلل حالات الفشل.
لماذا تعتبر مسألة الإرضاء NP كاملة؟ قدم البرهان.
حلل مسؤولية المنصات الرقمية عن المحتوى في القانون المقارن.
اشتق معادلة الموجة من قوانين ماكسويل.
## mixed hi
सिद्ध कीजिए कि अभाज्य संख्याएँ अनंत हैं।
एक वितरित भुगतान प्रणाली की रूपरेखा बनाइए और उसकी विफलताओं का विश्लेषण कीजिए।
हॉल्टिंग समस्या अनिर्णेय क्यों है? पूरा प्रमाण दीजिए।
श्रोडिंगर समीकरण से हाइड्रोजन परमाणु के ऊर्जा स्तर व्युत्पन्न कीजिए।
## mixed tr
Asal sayıların sonsuz olduğunu kanıtlayın.
Bölünmelere dayanıklı dağıtık bir veritabanı tasarlayın ve ödünleşimleri tartışın.
Durma probleminin neden karar verilemez olduğunu ispatlayın.
Kredi temerrüt takaslarının fiyatlamasını türetin ve varsayımları eleştirin.
## mixed pl
Udowodnij, że liczb pierwszych jest nieskończenie wiele.
Zaprojektuj rozproszony system rezerwacji odporny na awarie i przeanalizuj jego spójność.
Wyprowadź równanie Blacka-Scholesa i omów jego ograniczenia.
Dlaczego problem stopu jest nierozstrzygalny? Podaj dowód.
## mixed nl
Bewijs dat elke begrensde rij reële getallen een convergente deelrij heeft.
Ontwerp een consensusprotocol dat bestand is tegen kwaadwillende knooppunten.
Analyseer de aansprakelijkheid van een bestuurder bij faillissement met een casus.
`;
