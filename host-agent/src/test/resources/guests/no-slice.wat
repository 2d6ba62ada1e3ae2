;; Has nothing that could be run.
(module (memory (export "memory") 1))
