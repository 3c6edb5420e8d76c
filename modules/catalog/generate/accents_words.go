//go:build !js

package main

// irregular are words whose accent no ending tells.
const irregular = `
ácida ácidas ácido ácidos acné acnés acetábulo adhesión aéreo aérea aéreos aéreas agrícola alfafetoproteína alfafetoproteínas albúmina álcalis
algún amigdala amígdala amígdalas aminoácidos aminoglucósidos análogos anoftalmía anoftalmias ángulo anómala anómalo anómalas anómalos anomalía
anomalías anterógrada antiácidas antídotos apatía apéndice apéndices apófisis apoplejía apósitos árbol área áreas arlequín asesoría así
astrágalo audífono audífonos aún autobús autóctono automóvil autónomo autónoma bíceps bífida bóveda café cafeína caída caídas caimán calorías cámara
cámaras cañerías carbón carótida cartílago cartílagos catéter célula células centípodos centrífugo cérvix césped cesárea cirugía cirugías cleptomanía
clítoris coágulo cóccix cocaína coledoco colédoco común condición congénere congéneres congénita congénitas congénito congénitos contraído corazón
cordón córnea cuádriceps cuádruple cuadriplejía cúbito cúpula decúbito déficit depósito depósitos después diáfisis diástasis días dióxido diplejía
disautonomía disentería distonías edéntula efélide electrólitos embrión empellón empujón encéfalo encía encías endocérvix eosinófilo eosinófila
epidídimo epífisis epífora epigástrico erróneo erróneamente escápula escorpión esfínter esfingolípidos esófago espolón esquí esquís están
esternón ésteres estómago estrés estrías exámenes exocérvix extracorpórea faríngeo faríngea fémur fístula fístulas flácida flebótomos flúor
fórceps formaldehído fósforo frágil frío fríos género glándula glándulas glosofaríngeo glucagón gluconeogénesis glucoproteínas glucósidos glúteo glúteos grávido
hábito hábitos helicóptero hemiplejía hemneumotórax hemoneumotórax hemotórax heroína hidantoína hidrocéfalo hidrocéfalos hidropesía hidrouréter hígado
hipófisis hipofaríngea histológicamente homólogos huésped húmero íleo íleon impétigo infundíbulo intrínseco intrínsecos Junín laríngeo laríngea
laringotraqueítis limítrofe línea líneas lípidos lipoproteínas líquenes líquido líquidos lóbulo lóbulos macrólidos mamíferos mandíbula manía máquina
máquinas más médula megaesófago megalouréter meníngeo mentón métodos miembro mínima mínimo mioclonía miriápodos monoplejía monosomía monosomías
monóxido múltiple múltiples muñón nasofaríngea náusea náuseas neumotórax neurosífilis neutrófila neutrófilos ningún nítido nódulo nódulos nucleótidos
núcleos número oído oídos oftalmoplejía olécranon omóplato opiáceos opiáceas órbita órgano órganos osea óseo ósea óseos óseas osteítis osteogénesis osteólisis
óxidos pabellón páncreas papilar páncreas pápulas papiráceo parafaríngeo paraldehído paraplejía parásito parásitos parótida párpado párpados patrón peatón
pénfigo pénfigos pérdida pérdidas período peroné petróleo pezón píloro piotórax piromanía pleuresía poliploidía pólipo pólipos poplíteo poplítea postérmino
pretérmino propósitos prostata próstata proteína proteínas prótesis pterigión pulmón pulmones púrpura púrpuras quilotórax raíz raíces rápido rápidamente razón
recién rectosigmoideo región regiones régimen retrofaríngeo retrógrada riñón riñones río rocío rosácea rosáceas rótula sabañón sacrococcígeo sacrococcígea
sacrococcígeos sacroiliítis sanguíneo sanguínea sanguíneos sanguíneas según sífilis sifón sílice sincope síncope síndrome síndromes sínfisis síntoma síntomas sistémicamente sólidos
sostén súbita súbitas súbito sudoríparo sudoríparos talón también tapón tardía tardías tardío tardíos tarántula tendón término tetanos tétanos tímpano
tofácea tórax tortícolis tópicamente tráquea traqueítis tránsito tranvía través traspié tríceps tricotilomanía tricúspide trigémino trígono triploidía
trisomía trisomías trocánter tromboangeítis tropezón túnel úlcera úlceras únicamente unión uretero uréter uréteres útero úvula vagón válvula válvulas várices
varón venérea venéreas venéreo vértebra vértebras vértice vértigo vértigos vestíbulo vía vías víctima víctimas vítreas vítreo vitíligo volátiles vólvulo vómito
vómitos microftalmía macroftalmía actúan capítulo capítulos insípida maléolo mácula anaplasia foliáceo angiítis espondilólisis acondrogénesis afonía péndulo fibrotórax diálisis parálisis entropión ectropión chalazión craneofaríngeo heterotropías hemófilos ornitófilo hematómetra sarampión
`

// unstressed are words that an ending would accent wrongly, or that mean something else without their accent.
const unstressed = `esta que como implica implican complica complican propia propias solo periodico ectopia publica aplica modifica clasifica especifica indica
identifica fabrica practica abanico chico`

// names are names of people, peoples and places.
const names = `
Addison Alzheimer Asperger Baker Barrett Bartholin Basedow Behçet Bell Bowen Bright Brodie Burkitt Chagas Chiari Conn Creutzfeldt Crohn Cushing Darier
Down Dressler Dubin Dupuytren Edwards Ehlers Danlos Ewing Fabry Fallot Fanconi Fournier Gaucher Gilbert Goodpasture Graves Guillain Barré Hansen Hashimoto
Henoch Schönlein Hirschsprung Hodgkin Horner Hunter Huntington Hutchinson Jakob Kaposi Kawasaki Klinefelter Korsakoff Kearns Langerhans Legionella Lesch
Leriche Lyme Lynch Mallory Marburg Marfan Meckel Ménière Menetrier Mikulicz Morton Munchausen Niemann Osgood Paget Parkinson Patau Perthes Peyronie Pick Plummer
Pott Prader Purkinje Raynaud Reiter Rett Reye Rocky Rotor Salmonella Scheuermann Schlatter Sézary Shigella Sjögren Stein Leventhal Tourette Turner Waldenström Waterhouse
Friderichsen Weber Wegener Weil Wernicke Whipple Willebrand Williams Wilms Wilson Wolff Zollinger Ellison Zika
`

// withTilde are words that lost their ñ in some titles.
const withTilde = `sueño muñeca extraño niñez bañera pequeño niño pañal`
