from pejl.cli import main

main()
