"""Words that most guesses begin with; a password made of one or two of them is no secret."""

from __future__ import annotations

COMMON = frozenset(
    """
    password passwords passwort motdepasse contrasena contraseña senha parola wachtwoord haslo salasana
    passphrase passcode secret geheim secreto segredo segreto hemmelig pass admin administrator root master user
    login logon welcome willkommen bienvenue bienvenido benvenuto changeme change default access account letmein
    letme trustno trustnoone open sesame opensesame hello hallo hola bonjour hellothere goodbye iloveyou loveyou
    love lovely lover forever together friend friends family mother father mama papa baby babygirl princess prince
    angel angels sunshine sunflower flower flowers summer winter spring autumn sommer herbst january february march
    april june july august september october november december monday tuesday wednesday thursday friday saturday
    sunday monkey dragon tiger lion eagle panther bear dolphin butterfly shadow ghost killer hunter ranger soldier
    warrior wizard magic mustang ferrari porsche mercedes yamaha honda toyota corvette camaro harley football
    baseball basketball soccer hockey tennis fussball futbol liverpool arsenal chelsea barcelona realmadrid juventus
    manchester bayern superman batman spiderman ironman starwars pokemon pikachu naruto matrix minecraft fortnite
    computer internet windows microsoft google facebook samsung iphone apple android network server system test
    testing tester tests temp temporary example sample guest demo support helpdesk customer customerservice service
    services office company business work working shop store sales aftersales parley desk agent supervisor manager
    michael michelle jennifer jessica daniel thomas robert charlie george andrew joshua matthew anthony ashley nicole
    jordan taylor hannah amanda maria anna alexander diamond golden silver purple orange yellow green blue black
    white cookie cookies chocolate banana cheese pepper ginger coffee pizza chicken whatever nothing something
    freedom liberty money dollar bitcoin lucky heaven jesus jesuschrist christ bless blessed godisgood asdf asdfgh
    asdfghjkl qwer qwert qwerty qwertz azerty qwertyuiop zxcvbn zxcvbnm abc abcd abcdef abcdefg wasd qazwsx qazwsxedc
    onetwothree london paris berlin madrid america canada mexico brasil deutschland france espana china japan india
    woaini wodemima mima mimashi nihao aishiteru konnichiwa sakura doraemon
    correcthorsebatterystaple thisisapassword thisismypassword mypassword yourpassword newpassword oldpassword
    ihateyou bigdaddy rockyou rockstar metallica nirvana startrek gandalf hogwarts
    """.split()
)
