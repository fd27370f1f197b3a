"""What every request passes through, outermost first.

`observing`   gives it an id, counts it, logs it, and answers what went wrong that nobody expected
`headers`     says to browsers what our pages may do
`limits`      how large it may be, how long it may take
`same_origin` refuses what another site had a browser send
"""
