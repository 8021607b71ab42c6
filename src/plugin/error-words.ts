/**
 * Words that servers use in errors, and plain function words. A text of these words alone says nothing about a
 * prompt, and no word here can be a secret.
 */
export const errorWords: ReadonlySet<string> = new Set(
  `a about above abort aborted absent accept accepted accepts access account accounts activate active add
  adapter address admin after again all allow allowed allows already also an and another any api apis are argument
  arguments as ask assistant at attempt attempts auth authenticate authentication authorization authorized
  available away back backend bad balance base be because been before below beta between billing body both browser
  bucket busy but by bytes call called calls can cancelled cannot capacity card chat check choose city client close
  closed code com company completion completions concurrent config configuration configured connect connected connection
  contact contain contains content context continue correct cost could country create created credentials credit
  credits cuda current currently custom daily data day days default delete deleted denied deployed deployment
  deployments deprecated details did disabled documentation docs does doing domain done down due during each eg empty
  enable enabled end endpoint endpoints engine enough ensure enter error errors estimated etc exceed exceeded
  exceeding exceeds exist existing exists expected expired failed fails failure feature features few field fields
  fine first fix for forbidden format found free from function functions gateway gateways generate generatecontent
  generation get go gone gpu gpus greater group had has have header headers help here high higher host hour hours
  how however http https id if image images in inactive including incorrect increase information initializing input
  inputs instance instead insufficient integer internal into invalid is it its json just key keys large larger
  later least length less level limit limited limits list listmodels load loaded loading local location log login
  long longer lower made maintenance make many match max maximum may me means memory message messages method
  methods minimum minute minutes mismatch missing mode model models modify month monthly more most ms much multimodal
  must name need needed needs new no node none not nothing null number object of off offline ok old on once one
  only open operation option or order organization other our out output outputs over overloaded own page parameter
  parameters parse parsing part pass path pay payment payload per perform permission permissions permitted plan
  please pod points policy positive possible post preview price problem process processing project prompt prompts
  property proper protected provide provided provider providers proxy pull pulling purchase queue quota rate reach
  reached read ready reason reasoning reduce refer refused region register registered reload remaining remove
  replica replicas request requested requests require required requires reset resource resources response restart
  result results resume retired retry retrying right role route router running same say schema second seconds see
  select send sent server servers service services session set setting settings should shutting sign signature size
  so some something soon sorry specified spend start started starting state status still stop stopped stream
  streaming string subscription success such suffix supplied support supported supports suspended system take
  team temperature temporarily temporary tenant terminated text than that the their them then there these they this
  those through tier time timed timeout timeouts to token tokens too took tool tools top total traffic trial
  try turn two type types unable unauthorized unavailable under unexpected unhealthy unknown unless unsupported until
  up update upgrade upstream url usage use used user using valid validate validation value values verified verify
  version versions very via view visit wait waiting want warming was way we week welcome well were what when where
  which while will with within without working worker workers workspace would write wrong yet you your zero
  anthropic azure do don doesn low queued slow whether gemini google isn mistral ollama openai plans vertex vllm won`
    .split(/\s+/)
    .filter((word) => word !== ""),
);
