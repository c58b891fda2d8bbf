autocmd BufNewFile,BufRead *.pika setfiletype pika
